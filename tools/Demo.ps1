# The demo: what a person sees of a device that registers on its first boot.

function Write-Heading {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Text)

    $onTerminal = -not [Console]::IsOutputRedirected -and -not $env:NO_COLOR
    Write-Line
    Write-Line $(if ($onTerminal) { "`e[1;36m$Text`e[0m" } else { $Text })
}

function Write-Indented {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)] [AllowEmptyString()] [string] $Text)

    process {
        Write-Line "  $Text"
    }
}

function Show-Configuration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [hashtable] $Factory)

    $interesting = 'Factory', 'Tags', 'HardwareId', 'DeviceApi', 'ApiToken', 'Hsm.ModulePath', 'Hsm.Pin', 'Hsm.SoPin'
    $command = "(Get-SotaConfig -Root '$($Device.Root)').Settings | Where-Object Name -In $("'$($interesting -join "','")'") | " +
    "ForEach-Object { '{0,-15} {1,-55} {2}' -f `$_.Name, `$_.Value, `$_.Source }"
    (Invoke-RigCommand $command -Device $Device -Factory $Factory).Lines | Write-Indented
}

function Show-Token {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device)

    $command = "Get-SotaConfig -Root '$($Device.Root)' | Get-HsmToken -Object | " +
    "ForEach-Object { '{0,-12} label {1,-7} id {2}  {3,-7} {4}' -f `$_.Class, `$_.Label, `$_.Id, `$_.Kind, `$_.Detail }"
    (Invoke-RigCommand $command -Device $Device).Lines | Write-Indented
}

function Show-File {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    foreach ($entry in @($Path) + @([System.IO.Directory]::GetFileSystemEntries($Path) | ForEach-Object { $_ })) {
        $mode = [Convert]::ToString([int] [System.IO.File]::GetUnixFileMode($entry), 8).PadLeft(4, '0')
        Write-Line "  $mode $entry"
    }
}

function Show-Demo {
    [CmdletBinding()]
    param()

    Import-Module (Join-Top tests support DeviceRig.psm1) -Verbose:$false
    $root = [System.IO.Directory]::CreateTempSubdirectory('autoregister-demo-').FullName
    $state = [System.IO.Directory]::CreateTempSubdirectory('autoregister-factory-').FullName
    $factory = $null
    try {
        $factory = Start-RigFactory -Path "$state/factory"
        $device = New-RigDevice -Path $root -Token $factory.Token

        Write-Heading "What the device is told to be, and where it says so (below $root)"
        Show-Configuration $device $factory

        Write-Heading 'First boot: lmp-device-auto-register'
        $first = Invoke-RigWrapper $device $factory
        $first.Lines | Write-Indented
        if ($first.ExitCode -ne 0) {
            throw "The wrapper ended with exit code $($first.ExitCode): $($first.Error)"
        }

        Write-Heading 'In the token, as Get-HsmToken -Object shows it'
        Show-Token $device

        Write-Heading 'On the disk'
        Show-File $device.Sota

        Write-Heading "In the factory's ledger"
        Get-RigLedger $factory | ForEach-Object { "$($_.uuid)  $($_.hardwareId)  tags $($_.tags)  serial $($_.serial)" } | Write-Indented

        Write-Heading "The gateway's answer to mutual TLS with the key in the token"
        $answer = Get-RigGatewayAnswer $device
        if ($answer.ExitCode -ne 0) {
            throw "The gateway did not accept the device: $($answer.Error)"
        }

        $answer.Lines | Write-Indented

        Write-Heading 'Second boot'
        (Invoke-RigWrapper $device $factory).Lines | Write-Indented

        Write-Line
        Write-Line "The device's root is kept: $root"
    }
    finally {
        if ($factory) {
            Stop-RigFactory $factory
        }

        [System.IO.Directory]::Delete($state, $true)
    }
}
