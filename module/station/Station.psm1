# What a station shows, writes down and reads.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Columns = 'Time', 'Name', 'Outcome', 'Uuid', 'CertificateSerialNumber', 'NotAfter', 'Attempts', 'Path', 'ErrorId', 'Message'
$ListColumns = 'SerialNumber', 'Uuid', 'Root', 'Tag', 'Group', 'TokenLabel', 'TokenSerial', 'KeyId'
# Not exported: what New-HsmDeviceKey says of the columns of a row is decided there as well.
$FindColumn = & (Get-Module -Name AutoRegister) { Get-Command -Name Find-ListColumn }
$Scanner = [System.IO.StreamReader]::new([Console]::OpenStandardInput())

# Black on green, white on red: seen from across a bench. A failure is heard as well, where there is a terminal.
function Show-StationText([string] $Text, [switch] $Success, [switch] $Failure) {
    if ($Success) {
        Write-Host $Text -ForegroundColor Black -BackgroundColor DarkGreen
    }
    elseif ($Failure) {
        Write-Host $Text -ForegroundColor White -BackgroundColor DarkRed
        if (-not [Console]::IsOutputRedirected) {
            Write-Host "`a" -NoNewline
        }
    }
    else {
        Write-Host $Text
    }
}

# What the scanner typed; $null at the end of the input. A blocked read would not hear Ctrl-C, so it is another thread's.
function Read-ScannerLine {
    $line = $Scanner.ReadLineAsync()
    while (-not $line.Wait(100)) {
    }

    $line.Result
}

# The sortable format is the same in every culture.
function Get-StationTime {
    "$([DateTime]::UtcNow.ToString('s'))Z"
}

# The directory of a station, its log and the report of this shift.
function Open-Station([string] $Path) {
    $devices = New-Item -ItemType Directory (Join-Path $Path 'devices') -Force
    $top = Split-Path -Parent $devices.FullName
    $report = Join-Path $top "report-$((Get-StationTime) -replace '[-:Z]' -replace 'T', '-')-$PID.csv"
    Set-Content -LiteralPath $report ($Columns -join ',')
    $station = @{ Path = $top; Devices = $devices.FullName; Report = $report; Log = Join-Path $top 'station.log'; Done = 0; Before = 0; Failed = 0; Misread = 0 }
    Write-StationLog $station "shift begins, report '$report'"
    $station
}

function Write-StationLog([hashtable] $Station, [string] $Text) {
    Add-Content -LiteralPath $Station.Log "$(Get-StationTime) $($Text.ReplaceLineEndings(' '))"
}

function Write-StationFailure([hashtable] $Station, [string] $Text) {
    Write-StationLog $Station $Text
    Show-StationText $Text -Failure
}

# Shows what became of a device and adds it to the report; a device that was refused is heard as well.
function Add-StationReport([hashtable] $Station, [object] $Report) {
    $row = [ordered]@{}
    foreach ($column in $Columns) {
        # A leading sign would be a formula to a spreadsheet.
        $row[$column] = "$($Report.$column)" -replace '^(?=[=+@])', "'"
    }

    [pscustomobject] $row | Export-Csv -LiteralPath $Station.Report -Append -UseQuotes AsNeeded
    switch ($Report.Outcome) {
        'Registered' {
            $Station.Done++
            Write-StationLog $Station "registered $($Report.Name) $($Report.Uuid)"
            Show-StationText "OK      $($Report.Name)  $($Report.Uuid)" -Success
        }
        'AlreadyRegistered' {
            $Station.Before++
            Write-StationLog $Station "was registered $($Report.Name) $($Report.Uuid)"
            Show-StationText "OK      $($Report.Name)  was registered before" -Success
        }
        default {
            $Station.Failed++
            Write-StationFailure $Station "FAILED  $($Report.Name)  $($Report.Message)"
        }
    }
}

function Close-Station([hashtable] $Station) {
    $misread = if ($Station.Misread) { ", and $($Station.Misread) misread at the scanner" }
    $text = "$($Station.Done) registered, $($Station.Before) before, $($Station.Failed) failed$misread. Report: $($Station.Report)"
    Write-StationLog $Station "shift ends: $text"
    Show-StationText $text
}

# The names of a list's columns, each one that is known: what is misspelt would be missing from every device, without a word.
function Read-StationColumn([string] $Path) {
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) {
        throw "There is no list '$Path'."
    }

    $first = "$(Get-Content -LiteralPath $Path -TotalCount 1)"
    $names = @(($first | ConvertFrom-Csv -Header (1..99)).PSObject.Properties.Value | Where-Object { $null -ne $_ } | ForEach-Object Trim)
    if ($names.Count -le 1 -and $first -match '([;\t])') {
        throw "'$Path', row 1: the columns are separated by '$($Matches[1] -replace '\t', 'a tab')'. Save the list with commas."
    }

    foreach ($name in $names | Where-Object { $_ -notin $ListColumns }) {
        $meant = & $FindColumn $name $ListColumns
        throw "'$Path', row 1: there is no column '$($name -replace '[^\x20-\x7e]', '?')'.$(if ($meant) { " Is it '$meant'?" }) Known are $($ListColumns -join ', ')."
    }

    if ('SerialNumber' -notin $names) {
        throw "'$Path', row 1: there is no column SerialNumber."
    }

    $twice = $names | Group-Object | Where-Object Count -GT 1 | Select-Object -First 1
    if ($twice) {
        throw "'$Path', row 1: the column $($twice.Name) comes twice."
    }

    $names
}

# The rows of a list, all of them looked at before the first device is touched. -Check judges the values of a row, and throws.
function Read-StationList([string] $Path, [string] $SerialPattern, [scriptblock] $Check) {
    $names = @(Read-StationColumn $Path)
    $seen = @{}
    $number = 1
    # Import-Csv drops the cells that no column has; one column more sees them.
    $rows = foreach ($cells in Import-Csv -LiteralPath $Path -Header ($names + 'no column') | Select-Object -Skip 1) {
        $number++
        $place = "'$Path', row ${number}:"
        $given = @($cells.PSObject.Properties.Value | Where-Object { $null -ne $_ }).Count
        if ($given -ne $names.Count) {
            throw "$place $given cells, and the first row names $($names.Count)."
        }

        $row = [ordered]@{ Root = '' }
        foreach ($name in $names) {
            $row[$name] = $cells.$name.Trim()
        }

        if ($row.SerialNumber -notmatch $SerialPattern) {
            throw "$place '$($row.SerialNumber -replace '[^\x20-\x7e]', '?')' is not a serial number."
        }

        # What must be one device's own; a file system may know no case.
        foreach ($name in 'SerialNumber', 'Uuid', 'Root') {
            if ($row[$name]) {
                $key = "$name $($row[$name])"
                if ($seen[$key]) {
                    throw "$place the $name '$($row[$name])' is that of row $($seen[$key]), too."
                }

                $seen[$key] = $number
            }
        }

        try {
            & $Check $row
        }
        catch {
            throw "$place $($_.Exception.Message)"
        }

        [pscustomobject] $row
    }

    if (-not $rows) {
        throw "'$Path' has a heading and no row below it."
    }

    $rows
}

Export-ModuleMember -Function '*-Station*', '*-Scanner*'
