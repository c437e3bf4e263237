# Regular expressions and wildcards, on strings and on files, and whether a path exists.

Add-Operator -Name 'Match' -Parameter 'RegularExpression' -Test {
    param($claim)
    Resolve-Claim $claim ([bool]($claim.Actual -match $claim.Expected)) `
        'Expected {1} to match the regular expression {0},{2} but it does not.' `
        'Expected {1} not to match the regular expression {0},{2} but it does.'
}

Add-Operator -Name 'MatchExactly' -Parameter 'RegularExpression' -Test {
    param($claim)
    Resolve-Claim $claim ([bool]($claim.Actual -cmatch $claim.Expected)) `
        'Expected {1} to match the regular expression {0} in the same case,{2} but it does not.' `
        'Expected {1} not to match the regular expression {0} in the same case,{2} but it does.'
}

Add-Operator -Name 'BeLike' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ([bool]($claim.Actual -like $claim.Expected)) `
        'Expected {1} to be like the wildcard {0},{2} but it is not.' `
        'Expected {1} not to be like the wildcard {0},{2} but it is.'
}

Add-Operator -Name 'BeLikeExactly' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ([bool]($claim.Actual -clike $claim.Expected)) `
        'Expected {1} to be like the wildcard {0} in the same case,{2} but it is not.' `
        'Expected {1} not to be like the wildcard {0} in the same case,{2} but it is.'
}

Add-Operator -Name 'Exist' -Test {
    param($claim)
    $exists = try {
        $claim.Session.InvokeProvider.Item.Exists([string]$claim.Actual)
    }
    catch [System.Management.Automation.DriveNotFoundException] {
        $false
    }

    Resolve-Claim $claim $exists `
        'Expected the path {1} to exist,{2} but it does not.' `
        'Expected the path {1} not to exist,{2} but it does.'
}

# Line by line, like Pester: an expression that spans lines never matches. A file that is not there is an
# error in either sense.
Add-Operator -Name 'FileContentMatch' -Parameter 'ExpectedContent' -Test {
    param($claim)
    $provider = $null
    $files = $claim.Session.Path.GetResolvedProviderPathFromPSPath([string]$claim.Actual, [ref]$provider)
    $lines = @(foreach ($file in $files) { [System.IO.File]::ReadAllLines($file) })
    Resolve-Claim $claim (@($lines -match $claim.Expected).Count -gt 0) `
        'Expected the regular expression {0} to match a line of the file {1},{2} but it does not.' `
        'Expected the regular expression {0} to match no line of the file {1},{2} but it does.'
}
