# The demo: what a person sees of a device that registers on its first boot.

function Write-Heading {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Text)

    Write-Host "`n$($PSStyle.Foreground.BrightCyan)$Text$($PSStyle.Reset)"
}

function Write-Indented {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)] [AllowEmptyString()] [string] $Text)

    process {
        Write-Host "  $Text"
    }
}

function Show-Configuration {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [hashtable] $Factory)

    $interesting = 'Factory', 'Tags', 'HardwareId', 'DeviceApi', 'ApiToken', 'Hsm.ModulePath', 'Hsm.Pin', 'Hsm.SoPin'
    $command = "(Get-SotaConfig -Root '$($Device.Root)').Settings | Where-Object Name -In $("'$($interesting -join "','")'") | " +
    'Format-Table Name, Value, Source -HideTableHeaders | Out-String -Width 200'
    (Invoke-RigCommand $command -Device $Device -Factory $Factory).Lines | Write-Indented
}

function Show-Token {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device)

    $command = "Get-SotaConfig -Root '$($Device.Root)' | Get-HsmToken -Object | " +
    'Format-Table Class, Label, Id, Kind, Detail | Out-String -Width 200'
    (Invoke-RigCommand $command -Device $Device).Lines | Write-Indented
}

function Show-File {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    @(Get-Item -LiteralPath $Path) + @(Get-ChildItem -LiteralPath $Path) | ForEach-Object { "$($_.UnixMode) $_" } | Write-Indented
}

# What to type next; with a factory that goes on, it can be typed as it stands.
function Show-NextStep {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [hashtable] $Factory, [switch] $Keep)

    Write-Heading 'Next'
    "The device's files are kept below $($Device.Root). Have the doctor look at it:" | Write-Indented
    '' | Write-Indented
    "  SOFTHSM2_CONF='$($Device.SoftHsmConf)' $(Get-RigPath Shell)" | Write-Indented
    "  Import-Module '$(Get-RigPath Module)'" | Write-Indented
    "  Test-SotaRegistration -Root '$($Device.Root)'" | Write-Indented
    if (-not $Keep) {
        '' | Write-Indented
        "To register devices of your own, './build.sh demo --keep' leaves the factory running." | Write-Indented
        return
    }

    '' | Write-Indented
    "The factory runs on as process $($Factory.Process.Id); 'kill $($Factory.Process.Id)' ends it. A device of your own, with a key file:" | Write-Indented
    '' | Write-Indented
    "  Get-SotaConfig -IgnoreDeviceFiles -Factory $($Factory.Name) -Tag main -HardwareId board -NoHsm ``" | Write-Indented
    "      -DeviceApi $($Factory.api) ``" | Write-Indented
    "      -ApiTokenPath $($Factory.tokenFile) -SotaDirectory /tmp/my-device |" | Write-Indented
    '      New-HsmDeviceKey |' | Write-Indented
    "      Register-FoundriesDevice -CaCertificatePath $($Factory.caFile) |" | Write-Indented
    '      Export-SotaCredentials' | Write-Indented
}

function Show-Demo {
    [CmdletBinding()]
    param([switch] $Keep)

    Import-Module (Join-Top tests support DeviceRig.psm1) -Verbose:$false
    $root = [System.IO.Directory]::CreateTempSubdirectory('autoregister-demo-').FullName
    $state = [System.IO.Directory]::CreateTempSubdirectory('autoregister-factory-').FullName
    $factory = $null
    $kept = $false
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

        Show-NextStep -Device $device -Factory $factory -Keep:$Keep
        $kept = $Keep
    }
    finally {
        if (-not $kept) {
            if ($factory) {
                Stop-RigFactory $factory
            }

            Remove-Folder $state
        }
    }
}
