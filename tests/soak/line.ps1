<#
.SYNOPSIS
    A factory line of many devices whose station and factory are killed at random moments and started again.
.DESCRIPTION
    Afterwards every device must be in the ledger once, and its directory must hold the identity that the ledger has. Then the
    peak memory of a line of a tenth of the devices is compared with that of all of them, both without a kill. Ends with
    "passed" or "FAILED" and the exit code 0 or 1.
.PARAMETER Count
    How many devices.
.PARAMETER Kill
    How often the station is killed, and how often the factory.
.PARAMETER Token
    None: software keys. Each: a SoftHSM2 token for each device. Shared: one SoftHSM2 token for all, with ids of their own. With
    tokens every device is shown to the gateway afterwards, with the key in its token.
.PARAMETER PowerCut
    How often the power is cut of a station whose devices lie on an ext4 of their own: the file system stops at once (the ioctl(2)
    EXT4_IOC_SHUTDOWN without a flush of its journal), so that what was not flushed is lost, and is mounted again.
.PARAMETER SkipMemory
    Leaves the comparison of memory out.
#>
[CmdletBinding()]
param(
    [int] $Count = 10000,
    [int] $Kill = 10,
    [int] $PowerCut = 5,
    [ValidateSet('None', 'Each', 'Shared')] [string] $Token = 'None',
    [switch] $SkipMemory
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../support/DeviceRig.psm1')
Import-Module (Join-Path $PSScriptRoot 'support/Disk.psm1')
$work = [System.IO.Directory]::CreateTempSubdirectory('linesoak-').FullName
$random = [Random]::new()

# The station's script: a line from names, its number of rows and its peak memory at the end.
function Write-Station([string] $Out, [string] $Prefix, [int] $Number, [hashtable] $Factory, [string] $Option = '') {
    $hsm = if ($Token -eq 'None') { '-NoHsm' } else {
        "-HsmModule '$(Get-RigPath SoftHsm)' -HsmPin (Secret '$(Get-RigPath Pin)') -HsmSoPin (Secret '$(Get-RigPath SoPin)')"
    }
    $own = switch ($Token) {
        'None' { '' }
        'Each' { '; TokenLabel = "{0}$n"' -f $Prefix }
        'Shared' { '; TokenLabel = "{0}"; KeyId = ($n + 256).ToString("x4")' -f $Prefix }
    }

    Set-Content "$Out.ps1" @"
Set-StrictMode -Version Latest
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$(Get-RigPath Module)'
function Secret([string] `$Text) { ConvertTo-SecureString `$Text -AsPlainText }
`$line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$($Factory.api)' -ApiTokenPath '$($Factory.tokenFile)' -IgnoreDeviceFiles $hsm
`$done = 0
& { for (`$n = 1; `$n -le $Number; `$n++) { [pscustomobject]@{ Name = "$Prefix`$n"$own } } } |
    New-HsmDeviceKey -BaseConfig `$line -Path { "$Out/`$(`$_.Name)" } -ThrottleLimit 8 |
    Register-FoundriesDevice -ThrottleLimit 32 | Export-SotaCredentials -ThrottleLimit 16 $Option | ForEach-Object { if (`$_.GatewayVerified -ne `$false) { `$done++ } }
"`$done `$((Get-Process -Id `$PID).PeakWorkingSet64 / 1KB)"
"@
}

function Get-Station([string] $Out, [hashtable] $Factory) {
    Start-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$Out.ps1") `
        -Environment @{ SSL_CERT_FILE = $Factory.caFile; SOFTHSM2_CONF = "$work/softhsm2.conf" }
}

# Runs a station to its end, and kills it and the factory as often as asked; returns devices, peak memory in KiB and seconds.
function Invoke-Station([string] $Out, [hashtable] $Factory, [int] $StationKill = 0, [int] $FactoryKill = 0, [int] $Number) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $null = New-Item -ItemType Directory $Out -Force
    # Devices know the gateway by its address, so a factory that starts again has the same.
    $ports = @('--api-port', "$(([uri] $Factory.api).Port)", '--gateway-port', "$(([uri] $Factory.gateway).Port)")
    $kills = @(@('station') * $StationKill + @('factory') * $FactoryKill)
    if ($kills.Count -gt 0) {
        $random.Shuffle($kills)
    }

    # Each kill comes at a random number of device directories in its share of the line.
    $next = 0
    while ($true) {
        $station = Get-Station $Out $Factory
        $output = $station.StandardOutput.ReadToEndAsync()
        $problem = $station.StandardError.ReadToEndAsync()
        $station.StandardInput.Close()
        $killed = $false
        while (-not $station.WaitForExit(50)) {
            if ($next -ge $kills.Count) {
                continue
            }

            $moment = $Number * ($next + $random.NextDouble()) / $kills.Count
            if (@(Get-ChildItem $Out -Directory).Count -lt $moment) {
                continue
            }

            Start-Sleep -Milliseconds ($random.Next(200))
            if ($kills[$next++] -eq 'station') {
                $station.Kill()
                $killed = $true
                $station.WaitForExit()
                break
            }

            Stop-RigFactory $Factory
            Start-Sleep -Milliseconds ($random.Next(2000))
            $fresh = Start-RigFactory -Path $Factory.Data -Argument $ports
            $Factory.Process = $fresh.Process
        }

        if ($killed) {
            continue
        }

        $station.WaitForExit()
        # What the line warned of comes before.
        $lines = $output.Result.Trim().Split("`n")
        $lines | Select-Object -SkipLast 1 | Select-Object -First 5 | ForEach-Object { Write-Host "  $_" }
        $numbers = $lines[-1].Split(' ')
        $result = @{ Done = [int] $numbers[0]; Peak = [int] $numbers[1]; Seconds = $watch.Elapsed.TotalSeconds; Error = $problem.Result; Kills = $next }
        $station.Dispose()
        return $result
    }
}

# A station whose disk loses its power at random moments, until the line ends; returns the number of cuts.
function Invoke-PowerCut([string] $Out, [hashtable] $Factory, [int] $Number) {
    New-SoakDisk $Out
    $cuts = 0
    while ($true) {
        mount -o loop "$Out.img" $Out
        # Sooner or later in the line, so that each cut finds another part of it done.
        $moment = $Number * ($cuts + $random.NextDouble()) / $PowerCut
        $station = Get-Station $Out $Factory
        try {
            $output = $station.StandardOutput.ReadToEndAsync()
            $null = $station.StandardError.ReadToEndAsync()
            $station.StandardInput.Close()
            while (-not $station.WaitForExit(50)) {
                if ($cuts -ge $PowerCut -or @(Get-ChildItem $Out -Directory).Count -lt $moment) {
                    continue
                }

                Start-Sleep -Milliseconds ($random.Next(200))
                Stop-SoakDisk $Out
                $station.Kill()
                $station.WaitForExit()
                $cuts++
                $output = $null
                break
            }

            if ($output) {
                # The directory on the disk becomes one below it, for those who look.
                cp -a $Out "$Out-done"
                return $cuts
            }
        }
        finally {
            if (-not $station.HasExited) {
                $station.Kill()
                $station.WaitForExit()
            }

            $station.Dispose()
            umount $Out
        }
    }
}

# What is wrong with the devices of a prefix, one text each.
function Get-Problem([string] $Out, [string] $Prefix, [int] $Number, [hashtable] $Factory) {
    $ledger = @{}
    foreach ($row in @(Get-RigLedger $Factory | Where-Object name -Like "$Prefix*")) {
        if ($ledger.ContainsKey($row.name)) {
            "the ledger has $($row.name) twice"
        }

        $ledger[$row.name] = $row.uuid
    }

    if ($ledger.Count -ne $Number) {
        "the ledger has $($ledger.Count) devices, not $Number"
    }

    for ($n = 1; $n -le $Number; $n++) {
        $folder = "$Out/$Prefix$n"
        if ((Test-Path "$folder/.registration") -or -not (Test-Path "$folder/sota.toml")) {
            "$Prefix$n is not finished"
            continue
        }

        $uuid = (Get-PfxCertificate "$folder/client.pem").GetNameInfo('SimpleName', $false)
        if ($uuid -ne $ledger["$Prefix$n"]) {
            "$Prefix$n has the identity $uuid, the ledger has $($ledger["$Prefix$n"])"
        }
    }
}

$null = New-Item -ItemType Directory "$work/tokens" -Force
Set-Content "$work/softhsm2.conf" "directories.tokendir = $work/tokens`nobjectstore.backend = file`nlog.level = ERROR"
$factory = Start-RigFactory -Path "$work/factory"
$failed = $false
try {
    Write-Station "$work/killed" 'K' -Number $Count -Factory $factory
    $run = Invoke-Station "$work/killed" $factory -StationKill $Kill -FactoryKill $Kill -Number $Count
    $problems = @(Get-Problem "$work/killed" 'K' -Number $Count -Factory $factory)
    $failed = $problems.Count -gt 0
    Write-Host ('{0} devices, {1} kills, {2:0} s: {3}' -f $Count, $run.Kills, $run.Seconds, $(if ($failed) { "$($problems.Count) problems" } else { 'all in ledger and output, none twice' }))
    $problems | Select-Object -First 20 | ForEach-Object { Write-Host "  $_" }

    if ($Token -ne 'None') {
        Write-Station "$work/killed" 'K' -Number $Count -Factory $factory -Option '-VerifyGateway'
        $shown = Invoke-Station "$work/killed" $factory -Number $Count
        Write-Host "$($shown.Done) of $Count devices are accepted by the gateway with the key in their token"
        $failed = $failed -or $shown.Done -ne $Count
    }

    if ($run.Kills -lt 2 * $Kill) {
        Write-Host "only $($run.Kills) of $(2 * $Kill) kills came before the line had ended"
        $failed = $true
    }

    if ($failed -and $run.Error) {
        Write-Host $run.Error.Substring(0, [Math]::Min(2000, $run.Error.Length))
    }

    if ($PowerCut -gt 0 -and $Token -eq 'None') {
        $number = [int] ($Count / 5)
        Write-Station "$work/cut" 'P' -Number $number -Factory $factory
        $cuts = Invoke-PowerCut "$work/cut" $factory -Number $number
        $problems = @(Get-Problem "$work/cut-done" 'P' -Number $number -Factory $factory)
        Write-Host ('{0} devices, {1} power cuts: {2}' -f $number, $cuts, $(if ($problems) { "$($problems.Count) problems" } else { 'all in ledger and output, none twice' }))
        $problems | Select-Object -First 20 | ForEach-Object { Write-Host "  $_" }
        $failed = $failed -or $problems.Count -gt 0 -or $cuts -lt $PowerCut
    }

    if (-not $SkipMemory) {
        $peaks = foreach ($number in [int] ($Count / 10), $Count) {
            $out = "$work/memory$number"
            Write-Station $out "M$number-" -Number $number -Factory $factory
            $run = Invoke-Station $out $factory -Number $number
            Write-Host ('{0} devices without a kill: {1:0} s, {2:0} devices/s, peak {3:0} MB' -f $run.Done, $run.Seconds, ($run.Done / $run.Seconds), ($run.Peak / 1024))
            $run.Peak
        }
        $growth = $peaks[1] / $peaks[0] - 1
        Write-Host ('peak memory grows by {0:0.0} %' -f (100 * $growth))
        $failed = $failed -or $growth -gt 0.2
    }
}
finally {
    Stop-RigFactory $factory
    Remove-Item $work -Recurse -Force
}

Write-Host ($failed ? 'FAILED' : 'passed')
exit [int] $failed
