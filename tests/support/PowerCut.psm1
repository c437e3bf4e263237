# Power cuts: a file system in a file, mounted through a loop device. A copy of the file, made without sync, is what a disk
# holds when the power goes; mounting the copy replays its journal, as the next boot does.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/DeviceRig.psm1"

function Invoke-Tool {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Command, [Parameter(Position = 1)] [string[]] $Argument = @())

    $run = Invoke-RigProcess $Command $Argument
    if ($run.ExitCode -ne 0) {
        throw "'$Command $Argument' failed: $($run.Error)"
    }
}

# Whether this machine lets us mount an ext4 file; the reason when it does not.
function Test-PowerCut {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path)

    try {
        $disk = New-PowerCutDisk "$Path/probe"
        Remove-PowerCutDisk $disk
        ''
    }
    catch [System.Management.Automation.RuntimeException], [System.ComponentModel.Win32Exception] {
        "no ext4 on a loop device here: $($_.Exception.Message)"
    }
}

function New-PowerCutDisk {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([hashtable])]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    if ($PSCmdlet.ShouldProcess($Path, 'Make a disk')) {
        $null = New-Item -ItemType Directory "$Path/mounted" -Force
        Invoke-Tool truncate @('--size', '64M', "$Path/image")
        Invoke-Tool mkfs.ext4 @('-q', '-F', "$Path/image")
        Invoke-Tool mount @('-o', 'loop', "$Path/image", "$Path/mounted")
        @{ Path = $Path; Image = "$Path/image"; Mounted = "$Path/mounted" }
    }
}

# The disk as it would be found after a cut now.
function Copy-PowerCutDisk {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Disk, [Parameter(Mandatory)] [string] $Path)

    $null = New-Item -ItemType Directory "$Path/mounted" -Force
    Invoke-Tool cp @('--sparse=always', $Disk.Image, "$Path/image")
    Invoke-Tool mount @('-o', 'loop', "$Path/image", "$Path/mounted")
    @{ Path = $Path; Image = "$Path/image"; Mounted = "$Path/mounted" }
}

function Remove-PowerCutDisk {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Disk)

    if ($PSCmdlet.ShouldProcess($Disk.Path, 'Remove a disk')) {
        Invoke-Tool umount @($Disk.Mounted)
        Remove-Item $Disk.Path -Recurse -Force
    }
}

# Registers a device on a disk of its own, cuts the power some seconds after success, and says what is wrong afterwards.
function Get-PowerCutProblem {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [hashtable] $Factory,
        [Parameter(Mandatory)] [string] $Path,
        [double] $Seconds = 0,
        # With the key in a SoftHSM2 token on the same disk; without it in a file.
        [switch] $Token
    )

    $disk = New-PowerCutDisk "$Path/before"
    $cut = $null
    try {
        $hsm = if ($Token) { @{} } else { @{ Hsm = '' } }
        $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $Factory.Token @hsm
        # The inputs are on the disk since the factory line: only what the registration does is at stake.
        Invoke-Tool sync @('-f', $disk.Mounted)
        $run = Invoke-RigWrapper $device $Factory
        Start-Sleep -Milliseconds ([int]($Seconds * 1000))
        $cut = Copy-PowerCutDisk -Disk $disk -Path "$Path/after"
        if ($run.ExitCode -ne 0) {
            return "the registration failed: $($run.Error)"
        }

        $sota = "$($cut.Mounted)/device/var/sota"
        $names = (Get-ChildItem $sota -Force).Name | Sort-Object
        if ("$names" -ne "client.chained client.pem $(if (-not $Token) { 'pkey.pem ' })root.crt sota.toml") {
            return "the directory holds $names"
        }

        if ($Token) {
            # The token's configuration names its directory by its full path.
            Set-Content "$Path/softhsm2.conf" "directories.tokendir = $($cut.Mounted)/device/var/lib/softhsm/tokens"
            $ask = Get-RigGatewayAnswer @{ Sota = $sota; SoftHsmConf = "$Path/softhsm2.conf" }
            return $(if ($ask.ExitCode -ne 0 -or $ask.Output -notmatch 'uuid') { "the gateway refuses the device: $($ask.Error)" })
        }

        $ask = Invoke-RigProcess curl @('--silent', '--show-error', '--fail', '--cacert', "$sota/root.crt", '--cert', "$sota/client.pem", '--key', "$sota/pkey.pem", "$($Factory.gateway)/")
        if ($ask.ExitCode -ne 0) {
            return "the gateway refuses the device: $($ask.Error)"
        }
    }
    finally {
        if ($cut) {
            Remove-PowerCutDisk $cut
        }

        Remove-PowerCutDisk $disk
    }
}

Export-ModuleMember -Function '*-PowerCut*'
