# What a station shows, writes down and reads.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Columns = 'Time', 'Name', 'Outcome', 'Uuid', 'CertificateSerialNumber', 'NotAfter', 'Attempts', 'Path', 'ErrorId', 'Message'
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
function Get-StationTime([DateTime] $Time = [DateTime]::UtcNow) {
    "$($Time.ToString('s'))Z"
}

# The directory of a station, its log and the report of this shift.
function Open-Station([string] $Path) {
    $devices = New-Item -ItemType Directory (Join-Path $Path 'devices') -Force
    $top = Split-Path -Parent $devices.FullName
    $report = Join-Path $top "report-$((Get-StationTime) -replace '[-:Z]' -replace 'T', '-')-$PID.csv"
    Set-Content -LiteralPath $report ($Columns -join ',')
    $station = @{ Path = $top; Devices = $devices.FullName; Report = $report; Log = Join-Path $top 'station.log'; Done = 0; Before = 0; Failed = 0 }
    Write-StationLog $station "shift begins, report '$report'"
    $station
}

function Write-StationLog([hashtable] $Station, [string] $Text) {
    Add-Content -LiteralPath $Station.Log "$(Get-StationTime) $($Text.ReplaceLineEndings(' '))"
}

# -Device: it is one device's failure, and counts as one.
function Write-StationFailure([hashtable] $Station, [string] $Text, [switch] $Device) {
    $Station.Failed += [int] [bool] $Device
    Write-StationLog $Station $Text
    Show-StationText $Text -Failure
}

# Shows what became of a device and adds it to the report; a device that was refused is heard as well.
function Add-StationReport([hashtable] $Station, [object] $Report) {
    $row = [ordered]@{}
    foreach ($column in $Columns) {
        $value = $Report.$column
        # A leading sign would be a formula to a spreadsheet.
        $row[$column] = ($value -is [DateTime] ? (Get-StationTime $value) : "$value") -replace '^(?=[=+@])', "'"
    }

    [pscustomobject] $row | Export-Csv -LiteralPath $Station.Report -Append -UseQuotes AsNeeded
    switch ("$($Report.Outcome)") {
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
            Write-StationFailure $Station "FAILED  $($Report.Name)  $($Report.Message)" -Device
        }
    }
}

function Close-Station([hashtable] $Station) {
    $text = "$($Station.Done) registered, $($Station.Before) before, $($Station.Failed) failed. Report: $($Station.Report)"
    Write-StationLog $Station "shift ends: $text"
    Show-StationText $text
}

# The rows of a list. Every serial number is looked at before the first device is touched.
function Read-StationList([string] $Path, [string] $SerialPattern) {
    $names = @(Import-Csv -LiteralPath $Path | Select-Object -First 1 | ForEach-Object { $_.PSObject.Properties.Name })
    if ($names -notcontains 'SerialNumber') {
        throw "'$Path': there is no column SerialNumber, or no row below it."
    }

    # Import-Csv drops the cells that no column has; one column more sees them.
    $number = 1
    foreach ($cells in Import-Csv -LiteralPath $Path -Header ($names + 'no column') | Select-Object -Skip 1) {
        $number++
        $given = @($cells.PSObject.Properties.Value | Where-Object { $null -ne $_ }).Count
        if ($given -ne $names.Count) {
            throw "'$Path', row ${number}: $given cells, and the first row names $($names.Count)."
        }

        $row = [ordered]@{ Root = '' }
        foreach ($name in $names) {
            $row[$name] = $cells.$name.Trim()
        }

        if ($row.SerialNumber -notmatch $SerialPattern) {
            throw "'$Path', row ${number}: '$($row.SerialNumber -replace '[^\x20-\x7e]', '?')' is not a serial number."
        }

        [pscustomobject] $row
    }
}

Export-ModuleMember -Function '*-Station*', '*-Scanner*'
