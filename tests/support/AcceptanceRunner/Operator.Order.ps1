# Greater and less, as -gt, -ge, -lt and -le see it.

Add-Operator -Name 'BeGreaterThan' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Actual -gt $claim.Expected) `
        'Expected more than {0},{2} but got {1}.' 'Expected {0} or less,{2} but got {1}.'
}

Add-Operator -Name 'BeGreaterOrEqual' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Actual -ge $claim.Expected) `
        'Expected {0} or more,{2} but got {1}.' 'Expected less than {0},{2} but got {1}.'
}

Add-Operator -Name 'BeLessThan' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Actual -lt $claim.Expected) `
        'Expected less than {0},{2} but got {1}.' 'Expected {0} or more,{2} but got {1}.'
}

Add-Operator -Name 'BeLessOrEqual' -Parameter 'ExpectedValue' -Test {
    param($claim)
    Resolve-Claim $claim ($claim.Actual -le $claim.Expected) `
        'Expected {0} or less,{2} but got {1}.' 'Expected more than {0},{2} but got {1}.'
}
