# Disks that are full, read-only or elsewhere, and directories that are not ours: said or mended, and nothing is lost.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    $folder = [System.IO.Directory]::CreateTempSubdirectory('disk-').FullName
    $noDisk = Test-PowerCut $folder
    $noMount = (Invoke-RigProcess unshare @('--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt')).ExitCode -ne 0
    Remove-Item $folder -Recurse -Force
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $nowhere = @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }
    $whole = 'client.chained client.pem pkey.pem root.crt sota.toml'

    # The wrapper in a mount namespace, after a mount for which $1 is the SOTA directory.
    function Invoke-Mounted([hashtable] $Device, [string] $Mount) {
        $wrapper = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $Device.Root, '-RetryFor', '0s'
        Invoke-RigProcess unshare (@('--mount', 'sh', '-c', "$Mount && shift && exec `"`$@`"", 'sh', $Device.Sota) + $wrapper) -Environment (Get-RigEnvironment $Device -Factory $factory)
    }

    function Get-DeviceCount {
        @(Get-RigLedger $factory).Count
    }

    # Names in the SOTA directory, in order.
    function Get-SotaName($Device) {
        (Get-ChildItem $Device.Sota -Force).Name | Sort-Object | Join-String -Separator ' '
    }

    # Fills a disk but for some KiB.
    function Write-Filler($Disk, [int] $Free) {
        $null = Invoke-RigProcess dd @('if=/dev/zero', "of=$($Disk.Mounted)/filler", 'bs=4k')
        if ($Free -gt 0) {
            truncate --size "-${Free}K" "$($Disk.Mounted)/filler"
        }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'The disk' -Tag 'Beside' {
    It 'that is full in the middle loses nothing: the next run registers' -Skip:([bool] $noDisk) -ForEach @(0, 4, 8, 12, 20) {
        $disk = New-PowerCutDisk "$TestDrive/full-$_"
        try {
            $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $factory.Token -Hsm ''
            $null = Invoke-RigWrapper $device -Environment $nowhere
            $before = Get-DeviceCount
            Write-Filler -Disk $disk -Free $_
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -BeIn 0, 75
            Remove-Item "$($disk.Mounted)/filler"
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
            Get-SotaName $device | Should -Be $whole
            Get-DeviceCount | Should -Be ($before + 1)
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'that is full under a token loses nothing either: the next run registers' -Skip:([bool] $noDisk) -ForEach @(0, 12, 40, 80) {
        $disk = New-PowerCutDisk "$TestDrive/full-token-$_"
        try {
            $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $factory.Token
            $before = Get-DeviceCount
            Write-Filler -Disk $disk -Free $_
            $null = Invoke-RigWrapper $device $factory
            Remove-Item "$($disk.Mounted)/filler"
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -Be 0 -Because $run.Error
            @(Get-RigTokenObject $device).Count | Should -Be 3
            Get-DeviceCount | Should -Be ($before + 1)
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'that is read-only is said, and the next run registers' -Skip:([bool] $noDisk) {
        $disk = New-PowerCutDisk "$TestDrive/read-only"
        try {
            $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $factory.Token -Hsm ''
            $null = Invoke-RigProcess mount @('-o', 'remount,ro', $disk.Mounted)
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -Be 75
            $run.Error | Should -Match '\[WriteFailed\]'
            $null = Invoke-RigProcess mount @('-o', 'remount,rw', $disk.Mounted)
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'may be another one for the SOTA directory, behind a link' -Skip:([bool] $noDisk) {
        $device = New-RigDevice -Path "$TestDrive/other-device" -Token $factory.Token -Hsm ''
        $disk = New-PowerCutDisk "$($device.Root)/disk"
        try {
            # Links are followed as the device sees them: below its root.
            $null = New-Item -ItemType Directory "$($disk.Mounted)/sota", (Split-Path -Parent $device.Sota) -Force
            ln --symbolic /disk/mounted/sota $device.Sota
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
            Get-SotaName @{ Sota = "$($disk.Mounted)/sota" } | Should -Be $whole
            (Get-Item "$($disk.Mounted)/sota").UnixMode | Should -Be 'drwx------'
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'with a SOTA directory that its group may write: the mode is corrected, for the OTA client refuses it' {
        $device = New-RigDevice -Path "$TestDrive/group-writable" -Token $factory.Token -Hsm ''
        $null = New-Item -ItemType Directory $device.Sota -Force
        chmod 770 $device.Sota
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        (Get-Item $device.Sota).UnixMode | Should -Be 'drwx------'
    }

    It 'with a SOTA directory of another user: it is taken over, for the OTA client refuses it' -Skip:([Environment]::UserName -ne 'root') {
        $device = New-RigDevice -Path "$TestDrive/other-owner" -Token $factory.Token -Hsm ''
        $null = New-Item -ItemType Directory $device.Sota -Force
        chown nobody $device.Sota
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Error | Should -Match 'belongs to user \d+: it is given to user 0'
        stat --format '%U %a' $device.Sota | Should -Be 'root 700'
    }

    It 'with a SOTA directory of another user, mode <_>, and without the right to take it, as in the unit: wrong configuration, with what to run' -Skip:([Environment]::UserName -ne 'root') -ForEach '755', '700' {
        $device = New-RigDevice -Path "$TestDrive/foreign-$_" -Token $factory.Token -Hsm ''
        $null = New-Item -ItemType Directory $device.Sota -Force
        chown nobody $device.Sota
        chmod $_ $device.Sota
        $wrapper = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $device.Root, '-RetryFor', '0s'
        $run = Invoke-RigProcess setpriv (@('--bounding-set=-all', '--inh-caps=-all') + $wrapper) -Environment (Get-RigEnvironment $device -Factory $factory)
        $run.ExitCode | Should -Be 78 -Because $run.Error
        $run.Error | Should -Match "'$([regex]::Escape($device.Sota))' belongs to user \d+.*mv '.*chown -R root '.*' && chmod 0700 '.*\[DirectoryNotTrusted\]"
        stat --format '%U' $device.Sota | Should -Be 'nobody'
    }

    It 'with a directory above that everybody may write to: wrong configuration, and nothing is made' {
        $device = New-RigDevice -Path "$TestDrive/open-above" -Token $factory.Token -Hsm ''
        chmod 0777 "$($device.Root)/var"
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match "chmod o-w '$([regex]::Escape($device.Root))/var'.*\[DirectoryNotTrusted\]"
        chmod 0755 "$($device.Root)/var"
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
    }

    It 'on which a file gives an I/O error: that is said, and nothing is set aside' -Skip:$noMount {
        $device = New-RigDevice -Path "$TestDrive/worn" -Token $factory.Token -Hsm ''
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        # Nothing is mapped at the beginning of a process's memory: EIO (proc(5)).
        $run = Invoke-Mounted $device 'mount --bind /proc/$$/mem "$1/root.crt"'
        $run.ExitCode | Should -Be 75 -Because $run.Error
        $run.Error | Should -Match 'root.crt'' cannot be read: Input/output error.*\[ReadFailed\]'
        $again = Invoke-RigWrapper $device $factory
        $again.ExitCode | Should -Be 0
        $again.Output | Should -Match 'Already registered'
    }

    It 'from which the journal cannot be removed after the commit: a warning, and the next run removes it' -Skip:$noMount {
        $device = New-RigDevice -Path "$TestDrive/journal-stays" -Token $factory.Token -Hsm ''
        (Invoke-RigWrapper $device -Environment $nowhere).ExitCode | Should -Be 75
        # The directory is where something is mounted: EBUSY (rmdir(2)).
        $run = Invoke-Mounted $device 'mount --bind "$1/.registration" "$1/.registration"'
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Error | Should -Match 'The device is registered, and its journal .*\.registration'' is not removed: .*The next run removes it'
        "$($device.Sota)/.registration" | Should -Exist
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        Get-SotaName $device | Should -Be $whole
    }

    It 'with a file in place of the SOTA directory is said' {
        $device = New-RigDevice -Path "$TestDrive/file-in-place" -Token $factory.Token -Hsm ''
        $null = New-Item -ItemType Directory "$($device.Root)/var" -Force
        Set-Content $device.Sota 'x'
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -BeIn 70, 75, 78
        $run.Error | Should -Match '\[(SotaDirectoryUnusable|WriteFailed)\]'
    }
}
