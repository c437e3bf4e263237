# What an operator is, and how its parameters come to be parameters of Should. The Operator.*.ps1 files
# register theirs here.

$script:Operators = @{}
$script:OperatorNames = [System.Collections.Generic.List[string]]::new()
$script:ShouldParameterNames = [System.Collections.Generic.List[string]]@('ActualValue', 'Rest', 'Not')
$script:ShouldParameters = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new()

# -Parameter names the operator's arguments in the order they may be given without a name; -Because follows.
# -TakesAll hands the whole pipeline to the test at once, instead of one value after the other.
# The test gets a claim (Actual, Expected, Arguments, Because, Not, Session) and answers { Holds, Message }.
function Add-Operator {
    param(
        [string] $Name,
        [string] $Alias,
        [string[]] $Parameter = @(),
        [string[]] $Switch = @(),
        [switch] $TakesAll,
        [scriptblock] $Test
    )

    $script:Operators[$Name] = [pscustomobject]@{
        Parameters = @($Parameter) + @($Switch)
        TakesAll   = [bool]$TakesAll
        Test       = $Test
    }
    $script:OperatorNames.Add($Name)

    Add-ShouldParameter $Name $Name ([switch])
    if ($Alias) {
        $script:ShouldParameters[$Name].Attributes.Add([System.Management.Automation.AliasAttribute]::new($Alias))
        $script:OperatorNames.Add($Alias)
        $script:ShouldParameterNames.Add($Alias)
    }

    Add-ShouldParameter 'Not' $Name ([switch])
    $position = 1
    foreach ($argument in @($Parameter) + 'Because') {
        Add-ShouldParameter $argument $Name ([object]) $position
        $position++
    }

    foreach ($argument in $Switch) {
        Add-ShouldParameter $argument $Name ([switch])
    }
}

# A parameter that several operators have is one parameter with an attribute for each of their sets.
function Add-ShouldParameter([string] $Name, [string] $Set, [type] $Type, [int] $Position = -1) {
    if (-not $script:ShouldParameters.ContainsKey($Name)) {
        $script:ShouldParameters[$Name] = [System.Management.Automation.RuntimeDefinedParameter]::new(
            $Name, $Type, [System.Collections.ObjectModel.Collection[System.Attribute]]::new())
        $script:ShouldParameterNames.Add($Name)
    }

    $attribute = [System.Management.Automation.ParameterAttribute]@{ ParameterSetName = $Set }
    if ($Position -ge 0) {
        $attribute.Position = $Position
    }

    $script:ShouldParameters[$Name].Attributes.Add($attribute)
}

# The answer of an operator that is a plain yes or no. {0} is the expected value, {1} the actual one, {2} the
# reason given with -Because.
function Resolve-Claim {
    param(
        [hashtable] $Claim,
        [bool] $Holds,
        [string] $Otherwise,
        [string] $OtherwiseNot
    )

    if ($Holds -ne $Claim.Not) {
        return @{ Holds = $true }
    }

    $template = if ($Claim.Not) { $OtherwiseNot } else { $Otherwise }
    @{
        Holds   = $false
        Message = $template -f (Format-Value $Claim.Expected), (Format-Value $Claim.Actual), $Claim.Because
    }
}
