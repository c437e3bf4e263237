# Whether a script block throws, and what.

Add-Operator -Name 'Throw' -Parameter 'ExpectedMessage', 'ErrorId', 'ExceptionType' -Switch 'PassThru' -Test {
    param($claim)
    if ($claim.Actual -isnot [scriptblock]) {
        throw [System.ArgumentException]::new('Should -Throw needs a script block: { … } | Should -Throw.')
    }

    $thrown = $null
    try {
        do { $null = & $claim.Actual } while ($false)
    }
    catch {
        $thrown = $_
    }

    if ($claim.Not) {
        $message = if ($thrown) {
            "Expected no exception,$($claim.Because) but got $(Format-Value $thrown.Exception.Message) $(Format-Origin $thrown)."
        }

        return @{ Holds = $null -eq $thrown; Message = $message }
    }

    $terms = @(Get-ThrowTerm $claim.Arguments $thrown)
    $unmet = @($terms | Where-Object { -not $_.IsMet })
    if ($thrown -and $unmet.Count -eq 0) {
        $verdict = @{ Holds = $true }
        if ($claim.Arguments.PassThru) {
            $verdict.Output = $thrown
        }

        return $verdict
    }

    $wanted = if ($terms.Count -gt 0) { " with $(($terms | ForEach-Object { $_.Wanted }) -join ' and ')" }
    $got = if ($thrown) { "$(($unmet | ForEach-Object { $_.Got }) -join ' and ') $(Format-Origin $thrown)" } else { 'nothing was thrown' }
    @{ Holds = $false; Message = "Expected an exception$wanted,$($claim.Because) but $got." }
}

# What the exception has to be, one entry for each argument that was given.
function Get-ThrowTerm([hashtable] $Arguments, [object] $Thrown) {
    if ($null -ne $Arguments.ExceptionType) {
        $type = [type]$Arguments.ExceptionType
        @{
            Wanted = "the type $(Format-Value $type)"
            IsMet  = $Thrown -and $Thrown.Exception -is $type
            Got    = if ($Thrown) { "the type is $(Format-Value $Thrown.Exception.GetType())" }
        }
    }

    if (-not [string]::IsNullOrWhiteSpace($Arguments.ExpectedMessage)) {
        @{
            Wanted = "a message like $(Format-Value ([string]$Arguments.ExpectedMessage))"
            IsMet  = $Thrown -and $Thrown.Exception.Message -like $Arguments.ExpectedMessage
            Got    = if ($Thrown) { "the message is $(Format-Value $Thrown.Exception.Message)" }
        }
    }

    if (-not [string]::IsNullOrWhiteSpace($Arguments.ErrorId)) {
        @{
            Wanted = "the error id $(Format-Value ([string]$Arguments.ErrorId))"
            IsMet  = $Thrown -and $Thrown.FullyQualifiedErrorId -like $Arguments.ErrorId
            Got    = if ($Thrown) { "the error id is $(Format-Value $Thrown.FullyQualifiedErrorId)" }
        }
    }
}

function Format-Origin([System.Management.Automation.ErrorRecord] $Thrown) {
    $info = $Thrown.InvocationInfo
    if ($null -ne $info -and $info.ScriptName) { "(from $($info.ScriptName):$($info.ScriptLineNumber))" } else { '' }
}
