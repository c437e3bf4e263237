# What a station shows, writes down and reads. Runs in pwsh and in the engine alone.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Columns = 'Time', 'Name', 'Outcome', 'Uuid', 'CertificateSerialNumber', 'NotAfter', 'Attempts', 'Path', 'ErrorId', 'Message'
$Scanner = [System.IO.StreamReader]::new([Console]::OpenStandardInput(), [System.Text.UTF8Encoding]::new($false))

function Write-StationText {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Text, [ValidateSet('', 'Red', 'Green')] [string] $Color = '', [switch] $Bell)

    $before, $after = '', ''
    if ($Color -and -not [Console]::IsOutputRedirected) {
        # Black on green, white on red: seen from across a bench.
        $before, $after = $(if ($Color -eq 'Red') { "`e[97;41m" } else { "`e[30;42m" }), "`e[0m"
    }

    [Console]::Out.WriteLine("$before$Text$after$(if ($Bell -and -not [Console]::IsOutputRedirected) { "`a" })")
}

# What the scanner typed; $null at the end of the input. A blocked read would not hear Ctrl-C, so it is another thread's.
function Read-ScannerLine {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $line = $Scanner.ReadLineAsync()
    while (-not $line.Wait(100)) {
    }

    $line.Result
}

# The directory of a station, its log and the report of this shift.
function Open-Station {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Path)

    $top = [System.IO.Path]::GetFullPath($Path, $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath)
    $devices = [System.IO.Path]::Combine($top, 'devices')
    $null = [System.IO.Directory]::CreateDirectory($devices)
    $stamp = [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss', [cultureinfo]::InvariantCulture)
    $report = [System.IO.Path]::Combine($top, "report-$stamp-$PID.csv")
    [System.IO.File]::WriteAllText($report, ($Columns -join ',') + "`n")
    $station = @{ Path = $top; Devices = $devices; Report = $report; Log = [System.IO.Path]::Combine($top, 'station.log'); Done = 0; Before = 0; Failed = 0 }
    Write-StationLog $station -Text "shift begins, report '$report'"
    $station
}

function Write-StationLog {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Station, [Parameter(Mandatory)] [string] $Text)

    $time = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
    [System.IO.File]::AppendAllText($Station.Log, "$time $($Text.ReplaceLineEndings(' '))`n")
}

# -Device: it is one device's failure, and counts as one.
function Write-StationFailure {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Station, [Parameter(Mandatory)] [string] $Text, [switch] $Device)

    $Station.Failed += [int] [bool] $Device
    Write-StationLog $Station -Text $Text
    Write-StationText -Text $Text -Color Red -Bell
}

function ConvertTo-CsvCell([object] $Value) {
    $text = if ($Value -is [DateTime]) { $Value.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture) } else { "$Value" }
    # RFC 4180; a leading sign would be a formula to a spreadsheet.
    if ($text -match '^[=+@]') {
        $text = "'$text"
    }

    if ($text -match '[",\r\n]') { '"{0}"' -f $text.Replace('"', '""') } else { $text }
}

# Shows what became of a device and adds it to the report; a device that was refused is heard as well.
function Add-StationReport {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Station, [Parameter(Mandatory)] [object] $Report)

    [System.IO.File]::AppendAllText($Station.Report, (($Columns | ForEach-Object { ConvertTo-CsvCell $Report.$_ }) -join ',') + "`n")
    switch ("$($Report.Outcome)") {
        'Registered' {
            $Station.Done++
            Write-StationLog $Station -Text "registered $($Report.Name) $($Report.Uuid)"
            Write-StationText -Text "OK      $($Report.Name)  $($Report.Uuid)" -Color Green
        }
        'AlreadyRegistered' {
            $Station.Before++
            Write-StationLog $Station -Text "was registered $($Report.Name) $($Report.Uuid)"
            Write-StationText -Text "OK      $($Report.Name)  was registered before" -Color Green
        }
        default {
            Write-StationFailure $Station -Text "FAILED  $($Report.Name)  $($Report.Message)" -Device
        }
    }
}

function Close-Station {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Station)

    $text = "$($Station.Done) registered, $($Station.Before) before, $($Station.Failed) failed. Report: $($Station.Report)"
    Write-StationLog $Station -Text "shift ends: $text"
    Write-StationText -Text $text
}

# The cells of one line of CSV (RFC 4180, without line breaks in cells).
function Split-CsvLine([string] $Line) {
    foreach ($match in [regex]::Matches($Line, '(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))')) {
        if ($match.Groups[1].Success) { $match.Groups[1].Value.Replace('""', '"') } else { $match.Groups[2].Value.Trim() }
    }
}

# The rows of a list. Every serial number is looked at before the first device is touched.
function Read-StationList {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $SerialPattern)

    $full = [System.IO.Path]::GetFullPath($Path, $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath)
    $names = $null
    $number = 0
    foreach ($text in [System.IO.File]::ReadLines($full)) {
        $number++
        if (-not $text.Trim()) {
            continue
        }

        $cells = @(Split-CsvLine $text)
        if ($null -eq $names) {
            $names = $cells
            if ($names -notcontains 'SerialNumber') {
                throw "'$full', line ${number}: there is no column SerialNumber."
            }

            continue
        }

        if ($cells.Count -ne $names.Count) {
            throw "'$full', line ${number}: $($cells.Count) cells, and the first line names $($names.Count)."
        }

        $row = [ordered]@{ Root = '' }
        for ($i = 0; $i -lt $names.Count; $i++) {
            $row[$names[$i]] = $cells[$i]
        }

        if ($row.SerialNumber -notmatch $SerialPattern) {
            throw "'$full', line ${number}: '$($row.SerialNumber -replace '[^\x20-\x7e]', '?')' is not a serial number."
        }

        [pscustomobject] $row
    }

    if ($null -eq $names) {
        throw "'$full' is empty."
    }
}

Export-ModuleMember -Function Read-ScannerLine, Write-StationText, Open-Station, Write-StationLog, Write-StationFailure, Add-StationReport, Close-Station, Read-StationList
