# The words a test file is written in. During discovery they note down what there is; nothing in an It,
# Before… or After… block runs until all files were read. BeforeDiscovery is the exception, and what it is for.

function Describe {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Name,
        [Parameter(Position = 1)] [scriptblock] $Fixture,
        [Alias('Tags')] [string[]] $Tag = @(),
        [switch] $Skip,
        [object] $ForEach
    )

    Assert-KnownUse $MyInvocation
    Add-Block 'Describe' $PSBoundParameters $MyInvocation
}

function Context {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Name,
        [Parameter(Position = 1)] [scriptblock] $Fixture,
        [Alias('Tags')] [string[]] $Tag = @(),
        [switch] $Skip,
        [object] $ForEach
    )

    Assert-KnownUse $MyInvocation
    Add-Block 'Context' $PSBoundParameters $MyInvocation
}

function It {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Name,
        [Parameter(Position = 1)] [scriptblock] $Test,
        [Alias('TestCases')] [object[]] $ForEach,
        [string[]] $Tag = @(),
        [switch] $Skip
    )

    Assert-KnownUse $MyInvocation
    Assert-Discovery $MyInvocation
    if ($null -eq $Test) {
        throw "The test '$Name' has no script block. Its opening brace belongs on the line of It."
    }

    $parent = $script:Run.CurrentBlock
    if ($null -eq $parent.Parent) {
        throw "The test '$Name' stands outside of any Describe or Context."
    }

    foreach ($case in Get-DataCase $PSBoundParameters) {
        $parent.Items.Add((New-Test $Name $parent $Tag $Skip $case.Data $Test $MyInvocation.ScriptLineNumber))
    }
}

function BeforeDiscovery {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $ScriptBlock)

    Assert-KnownUse $MyInvocation
    Assert-Discovery $MyInvocation
    $null = . $ScriptBlock
}

function BeforeAll {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $ScriptBlock)

    Assert-KnownUse $MyInvocation
    Add-Setup 'BeforeAll' $ScriptBlock $MyInvocation
}

function BeforeEach {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $ScriptBlock)

    Assert-KnownUse $MyInvocation
    Add-Setup 'BeforeEach' $ScriptBlock $MyInvocation
}

function AfterEach {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $ScriptBlock)

    Assert-KnownUse $MyInvocation
    Add-Setup 'AfterEach' $ScriptBlock $MyInvocation
}

function AfterAll {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $ScriptBlock)

    Assert-KnownUse $MyInvocation
    Add-Setup 'AfterAll' $ScriptBlock $MyInvocation
}

# Ends the test here, as skipped or inconclusive instead of passed.
function Set-ItResult {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Inconclusive')] [switch] $Inconclusive,
        [Parameter(Mandatory, ParameterSetName = 'Skipped')] [switch] $Skipped,
        [string] $Because
    )

    Assert-KnownUse $MyInvocation
    $result = $PSCmdlet.ParameterSetName
    throw [System.Management.Automation.ErrorRecord]::new(
        [System.Exception]::new("is $($result.ToLowerInvariant())$((Format-Reason $Because).TrimEnd(','))"),
        "PesterTest$result", 'InvalidResult', @{ Because = $Because })
}
