# A disk of its own for a soak, and its loss of power.

Set-StrictMode -Version Latest

<#
.SYNOPSIS
    Makes an ext4 in the file beside a directory, Path.img, to be mounted on it.
#>
function New-SoakDisk {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes what a soak throws away.')]
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    $null = New-Item -ItemType Directory $Path -Force
    truncate -s 2G "$Path.img"
    mkfs.ext4 -q "$Path.img"
    if ($LASTEXITCODE -ne 0) {
        throw "mkfs.ext4 failed for $Path.img"
    }
}

<#
.SYNOPSIS
    Stops the ext4 that is mounted on a directory, as a power cut does: nothing is written any more, its own journal neither (the ioctl(2)
    EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH).
#>
function Stop-SoakDisk {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'What it stops is a soak''s own.')]
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    if (-not ('Soak.Disk' -as [type])) {
        Add-Type -Namespace Soak -Name Disk -MemberDefinition '[System.Runtime.InteropServices.DllImport("libc", SetLastError = true)] public static extern int ioctl(Microsoft.Win32.SafeHandles.SafeFileHandle file, ulong request, ref uint flags);'
    }

    $file = [System.IO.File]::Open("$Path/cut", 'Create')
    $flag = [uint] 2
    $said = [Soak.Disk]::ioctl($file.SafeFileHandle, 0x8004587Dul, [ref] $flag)
    try { $file.Dispose() } catch { Write-Verbose 'The disk is gone.' }
    if ($said -ne 0) {
        throw "The file system on $Path cannot be stopped."
    }
}
