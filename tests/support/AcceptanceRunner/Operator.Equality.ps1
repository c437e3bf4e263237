# Values, emptiness, collections and types.

Add-Operator -Name 'Be' -Parameter 'ExpectedValue' -TakesAll -Test {
    param($claim)
    Resolve-Equality $claim (Test-Equal $claim.Actual $claim.Expected)
}

Add-Operator -Name 'BeExactly' -Parameter 'ExpectedValue' -TakesAll -Test {
    param($claim)
    Resolve-Equality $claim (Test-Equal $claim.Actual $claim.Expected -CaseSensitive) -CaseSensitive
}

Add-Operator -Name 'BeTrue' -Test {
    param($claim)
    Resolve-Claim $claim ([bool]$claim.Actual) `
        'Expected $true,{2} but got {1}.' 'Expected $false,{2} but got {1}.'
}

Add-Operator -Name 'BeFalse' -Test {
    param($claim)
    Resolve-Claim $claim (-not $claim.Actual) `
        'Expected $false,{2} but got {1}.' 'Expected $true,{2} but got {1}.'
}

Add-Operator -Name 'BeNullOrEmpty' -TakesAll -Test {
    param($claim)
    $values = $claim.Actual
    $isEmpty = $true
    if ($null -ne $values -and $values.Count -gt 0) {
        $only = $values[0]
        $isEmpty = $values.Count -eq 1 -and $(
            if ($only -is [hashtable]) { $only.Count -eq 0 } else { [string]::IsNullOrEmpty($only) })
        if ($values.Count -eq 1) {
            $claim.Actual = $only
        }
    }

    Resolve-Claim $claim $isEmpty `
        'Expected $null or empty,{2} but got {1}.' 'Expected a value,{2} but got $null or empty.'
}

Add-Operator -Name 'BeOfType' -Alias 'HaveType' -Parameter 'ExpectedType' -Test {
    param($claim)
    $type = $claim.Expected
    if ($type -is [string]) {
        $name = $type -replace '^\[(.*)\]$', '$1'
        $type = $name -as [type]
        if ($null -eq $type) {
            throw [System.ArgumentException]::new("There is no type [$name]. Is its assembly loaded?")
        }

        $claim.Expected = $type
    }

    $found = if ($null -eq $claim.Actual) { 'no type' } else { Format-Value $claim.Actual.GetType() }
    Resolve-Claim $claim ($claim.Actual -is $type) `
        "Expected a value of type {0},{2} but got {1}, of $found." `
        "Expected a value of another type than {0},{2} but got {1}, of $found."
}

Add-Operator -Name 'HaveCount' -Parameter 'ExpectedValue' -TakesAll -Test {
    param($claim)
    $expected = [int]$claim.Expected
    if ($expected -lt 0) {
        throw [System.ArgumentException]::new('A collection cannot have less than 0 elements.')
    }

    $count = if ($null -eq $claim.Actual) { 0 } else { $claim.Actual.Count }
    Resolve-Claim $claim ($count -eq $expected) `
        "Expected {0} elements,{2} but got $count`: {1}." 'Expected any number of elements but {0},{2} but got {1}.'
}

Add-Operator -Name 'Contain' -Parameter 'ExpectedValue' -TakesAll -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Actual -contains $claim.Expected) `
        'Expected {0} in the collection {1},{2} but it is not there.' `
        'Expected {0} not in the collection {1},{2} but it is there.'
}

Add-Operator -Name 'BeIn' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Expected -contains $claim.Actual) `
        'Expected {1} in the collection {0},{2} but it is not there.' `
        'Expected {1} not in the collection {0},{2} but it is there.'
}

# Element by element, as deep as arrays nest; $null, an empty array and an array of one $null are the same.
function Test-Equal([object[]] $Actual, [object[]] $Expected, [switch] $CaseSensitive) {
    $actualIsEmpty = $null -eq $Actual -or $Actual.Count -eq 0 -or ($Actual.Count -eq 1 -and $null -eq $Actual[0])
    $expectedIsEmpty = $null -eq $Expected -or $Expected.Count -eq 0 -or
        ($Expected.Count -eq 1 -and $null -eq $Expected[0])
    if ($actualIsEmpty -or $expectedIsEmpty) {
        return $actualIsEmpty -and $expectedIsEmpty
    }

    if ($Actual.Count -ne $Expected.Count) {
        return $false
    }

    for ($i = 0; $i -lt $Actual.Count; $i++) {
        $isSame = if ($Actual[$i] -is [array] -or $Expected[$i] -is [array]) {
            Test-Equal $Actual[$i] $Expected[$i] -CaseSensitive:$CaseSensitive
        }
        elseif ($CaseSensitive) {
            $Expected[$i] -ceq $Actual[$i]
        }
        else {
            $Expected[$i] -eq $Actual[$i]
        }

        if (-not $isSame) {
            return $false
        }
    }

    return $true
}

function Resolve-Equality([hashtable] $Claim, [bool] $Holds, [switch] $CaseSensitive) {
    if ($Claim.Actual -is [array] -and $Claim.Actual.Count -eq 1) {
        $Claim.Actual = $Claim.Actual[0]
    }

    $exactly = if ($CaseSensitive) { 'exactly ' } else { '' }
    $otherwise = "Expected $exactly{0},{2} but got {1}."
    if ($Claim.Actual -is [string] -and $Claim.Expected -is [string]) {
        $difference = Format-Difference $Claim.Expected $Claim.Actual -CaseSensitive:$CaseSensitive
        $otherwise = "Expected the same string,{2} but $($difference.Replace('{', '{{').Replace('}', '}}'))"
    }

    Resolve-Claim $Claim $Holds $otherwise "Expected anything but $exactly{0},{2} but got it."
}
