# Devices that boot: a Debian root below an overlay, started by systemd-nspawn, looked at from outside.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Top = Convert-Path "$PSScriptRoot/../../.."
Import-Module "$Top/tests/support/DeviceRig.psm1"
. "$Top/tools/Common.ps1"
. "$Top/tools/Packages.ps1"

# Lets programs of another architecture run here. Answers why it cannot, or nothing.
function Enable-Emulation {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [string] $Runtime)

    if ($Runtime -ne 'linux-arm64') {
        return "nothing here runs $Runtime"
    }

    try {
        Install-DebianPackage ([ordered]@{ 'qemu-user-static' = '/usr/bin/qemu-aarch64-static'; 'binfmt-support' = '/usr/sbin/update-binfmts' })
        if (-not (Test-Path '/proc/sys/fs/binfmt_misc/register')) {
            $null = Invoke-RigChecked mount @('-t', 'binfmt_misc', 'binfmt_misc', '/proc/sys/fs/binfmt_misc')
        }

        if (-not (Test-Path '/proc/sys/fs/binfmt_misc/qemu-aarch64')) {
            $null = Invoke-RigChecked update-binfmts @('--enable', 'qemu-aarch64')
        }
    }
    catch {
        "qemu cannot be installed: $($_.Exception.Message)"
    }
}

# A Debian root with systemd and what a device with SoftHSM2 has; made once, kept in out/.
function Get-DebianRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param([ValidateSet('amd64', 'arm64')] [string] $Architecture = 'amd64')

    $root = "$Top/out/soak/debian-$Architecture"
    if (-not (Test-Path "$root.complete")) {
        Write-Host "Making a Debian root for $Architecture"
        if (Test-Path $root) {
            Remove-Item $root -Recurse -Force
        }

        $null = New-Item -ItemType Directory (Split-Path -Parent $root) -Force
        $packages = 'systemd,systemd-sysv,dbus,softhsm2,curl,openssl,ca-certificates,libengine-pkcs11-openssl,libstdc++6'
        $null = Invoke-RigChecked debootstrap @('--variant=minbase', "--arch=$Architecture", "--include=$packages", 'bookworm', $root)
        Set-Content "$root.complete" ''
    }

    $root
}

# A file system of its own for one device; what it changes is in $Path/changes.
function Mount-Device {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string[]] $Lower
    )

    foreach ($name in 'changes', 'work', 'root') {
        $null = New-Item -ItemType Directory "$Path/$name" -Force
    }

    $null = Invoke-RigChecked mount @('-t', 'overlay', 'overlay', '-o', "lowerdir=$($Lower -join ':'),upperdir=$Path/changes,workdir=$Path/work", "$Path/root")
    @{ Path = $Path; Root = "$Path/root"; Sota = "$Path/root/var/sota"; Process = $null; Leader = 0 }
}

function Dismount-Device {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Device)

    if ($Device.Process) {
        Disconnect-DevicePower $Device
    }

    $null = Invoke-RigChecked umount @($Device.Root)
    Remove-Item $Device.Path -Recurse -Force
}

# Boots it. It uses this machine's network, or the named network namespace; it may have a capability more than containers have.
function Enter-Device {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [string] $Network = '',
        [string] $Capability = ''
    )

    $arguments = @('--quiet', '--directory', $Device.Root, '--register=no', '--keep-unit', '--console=pipe', '--resolv-conf=off', '--timezone=off', '--boot')
    if ($Network) {
        $arguments = @("--network-namespace-path=/run/netns/$Network") + $arguments
    }

    if ($Capability) {
        $arguments = @("--capability=$Capability") + $arguments
    }

    $Device.Process = Start-RigProcess systemd-nspawn $arguments
    $Device.Process.StandardInput.Close()
    # Nobody reads them; an unread pipe would stop it once it is full.
    $null = $Device.Process.StandardOutput.ReadToEndAsync()
    $Device.Problem = $Device.Process.StandardError.ReadToEndAsync()
    $limit = [DateTime]::UtcNow.AddSeconds(60)
    do {
        if ($Device.Process.HasExited -or [DateTime]::UtcNow -gt $limit) {
            throw "The container did not start: $($Device.Problem.Result)"
        }

        Start-Sleep -Milliseconds 20
        $Device.Leader = Get-ContainerInit $Device.Process.Id
    } until ($Device.Leader)
}

# The process that is number 1 in the container of this nspawn; 0 while there is none. The first child of nspawn is another
# one: it makes the mounts, starts this one and ends.
function Get-ContainerInit([int] $Number) {
    # What ended while we looked is passed over.
    $children = Get-Content "/proc/$Number/task/$Number/children" -Raw -ErrorAction Ignore
    foreach ($child in "$children".Split(' ', [StringSplitOptions]::RemoveEmptyEntries)) {
        if ((Get-Content "/proc/$child/status" -Raw -ErrorAction Ignore) -match '(?m)^NSpid:\t\d+\t1$') {
            return [int] $child
        }
    }

    0
}

# The power goes: every process in it is gone at once.
function Disconnect-DevicePower {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Device)

    if ($Device.Process -and -not $Device.Process.HasExited) {
        $null = Invoke-RigProcess sh @('-c', "kill -KILL $($Device.Leader)")
        if (-not $Device.Process.WaitForExit(60000)) {
            $Device.Process.Kill($true)
            throw "The container is still there after its first process $($Device.Leader) was killed"
        }
    }

    if ($Device.Process) {
        $Device.Process.Dispose()
        $Device.Process = $null
    }
}

# Shuts down in order.
function Exit-Device {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Device)

    $null = Invoke-Device -Device $Device -Command systemctl, poweroff
    if (-not $Device.Process.WaitForExit(60000)) {
        throw 'The device did not shut down'
    }

    $Device.Process.Dispose()
    $Device.Process = $null
}

# Runs a command in it.
function Invoke-Device {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [Parameter(Mandatory, Position = 1, ValueFromRemainingArguments)] [string[]] $Command
    )

    Invoke-RigProcess nsenter (@('-t', "$($Device.Leader)", '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--') + $Command) `
        -Environment @{ SYSTEMD_PAGER = 'cat'; LC_ALL = 'C.UTF-8'; PATH = '/usr/sbin:/usr/bin:/sbin:/bin' }
}

# What systemd knows about a unit.
function Get-DeviceUnit {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [Parameter(Position = 1)] [string] $Unit = 'lmp-device-auto-register.service'
    )

    $shown = Invoke-Device -Device $Device -Command systemctl, show, $Unit, '--property=ActiveState,SubState,Result,NRestarts,ExecMainStatus,StatusText,ConditionResult,ConditionTimestampMonotonic,ExecMainStartTimestampMonotonic,ExecMainExitTimestampMonotonic,UnitFileState'
    $found = @{ ActiveState = ''; SubState = ''; Result = ''; NRestarts = ''; ExecMainStatus = ''; StatusText = ''; ConditionResult = ''; ConditionTimestampMonotonic = '0' }
    foreach ($line in $shown.Lines) {
        $name, $value = $line.Split('=', 2)
        $found[$name] = $value
    }

    $found
}

# Waits until a unit is in a state.
function Wait-DeviceUnit {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [Parameter(Mandatory)] [scriptblock] $Until,
        [string] $Unit = 'lmp-device-auto-register.service',
        [int] $Seconds = 120
    )

    $limit = [DateTime]::UtcNow.AddSeconds($Seconds)
    while ($true) {
        $state = Get-DeviceUnit $Device $Unit
        if (& $Until $state) {
            return $state
        }

        if ([DateTime]::UtcNow -gt $limit) {
            throw "$Unit is still $($state.ActiveState) ($($state.SubState)) after $Seconds s:`n$((Get-DeviceJournal $Device $Unit) -join "`n")"
        }

        Start-Sleep -Milliseconds 200
    }
}

# The journal of this boot, read from outside: works with the power off.
function Get-DeviceJournal {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [Parameter(Position = 1)] [string] $Unit = 'lmp-device-auto-register.service',
        [string] $Format = 'cat'
    )

    # The directory, because journalctl --root reads only what belongs to that root's machine id.
    (Invoke-RigProcess journalctl @('--directory', "$($Device.Root)/var/log/journal", '--boot', '--unit', $Unit, '--output', $Format, '--no-pager', '--quiet')).Lines
}

Export-ModuleMember -Function '*-Device*', '*-Emulation', '*-Debian*', '*-RigChecked'
