# What discovery builds and the run fills in. Both kinds are plain objects; `Kind` tells them apart.

function New-Block {
    param(
        [string] $Name,
        [object] $Parent,
        [string] $Command,
        [string[]] $Tag,
        [bool] $Skip,
        [object] $Data,
        [scriptblock] $Body,
        [int] $Line
    )

    [pscustomobject]@{
        Kind         = 'Block'
        Command      = $Command
        Name         = $Name
        ExpandedName = $Name
        Path         = Get-ItemPath $Name $Parent
        Parent       = $Parent
        Tag          = $Tag
        Skip         = $Skip
        Data         = $Data
        Body         = $Body
        File         = if ($Parent) { $Parent.File } else { $null }
        Line         = $Line
        Items        = [System.Collections.Generic.List[object]]::new()
        BeforeAll    = $null
        BeforeEach   = $null
        AfterEach    = $null
        AfterAll     = $null
        ShouldRun    = $true
        Included     = $false
        Excluded     = $false
        IsWritten    = $false
        Errors       = [System.Collections.Generic.List[object]]::new()
    }
}

function New-Test {
    param(
        [string] $Name,
        [object] $Parent,
        [string[]] $Tag,
        [bool] $Skip,
        [object] $Data,
        [scriptblock] $Body,
        [int] $Line
    )

    [pscustomobject]@{
        Kind         = 'Test'
        Name         = $Name
        ExpandedName = $Name
        Path         = Get-ItemPath $Name $Parent
        Parent       = $Parent
        Tag          = $Tag
        Skip         = $Skip
        Data         = $Data
        Body         = $Body
        Line         = $Line
        ShouldRun    = $true
        Result       = 'NotRun'
        Reason       = ''
        Errors       = [System.Collections.Generic.List[object]]::new()
        Duration     = [timespan]::Zero
    }
}

# The names from the outermost block inwards. A file's root block has none.
function Get-ItemPath([string] $Name, [object] $Parent) {
    if ($null -eq $Parent) {
        return , [string[]]@()
    }

    return , [string[]](@($Parent.Path) + $Name)
}

# The name with its data filled in, as a person reads it.
function Get-FullName([object] $Item) {
    $names = [System.Collections.Generic.List[string]]::new()
    for ($i = $Item; $null -ne $i.Parent; $i = $i.Parent) {
        $names.Insert(0, $i.ExpandedName)
    }

    $names -join '.'
}

# Every test below a block, in the order they are written.
function Get-TestBelow([object] $Block) {
    foreach ($item in $Block.Items) {
        if ($item.Kind -eq 'Test') { $item } else { Get-TestBelow $item }
    }
}

# A block and every block below it.
function Get-BlockBelow([object] $Block) {
    $Block
    foreach ($item in $Block.Items) {
        if ($item.Kind -eq 'Block') { Get-BlockBelow $item }
    }
}
