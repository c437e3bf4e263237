# The OTA client after a registration: started by systemctl when asked for, on this machine only, and never undoing anything.
# The systemctl here writes down what it is told: a test must not start a service of the machine it runs on.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory "$TestDrive/factory"
    $null = New-Item -ItemType Directory "$TestDrive/bin" -Force
    Set-Content "$TestDrive/bin/systemctl" @'
#!/bin/sh
echo "$*" >>"$TOLD"
env >>"$TOLD.environment"
[ -z "$REFUSE" ] || { echo "Failed to start $4: Unit not found." >&2; exit 5; }
'@
    chmod 700 "$TestDrive/bin/systemctl"

    # Root is /, as on a device; what this machine has of a device's files is not looked at.
    function Invoke-Export([string] $Name, [string] $Parameter = '-StartOtaClient', [hashtable] $Environment = @{}, [string] $Root = '/') {
        $device = New-RigDevice "$TestDrive/$Name" -Hsm ''
        $sota = if ($Root -eq '/') { $device.Sota } else { '/var/sota' }
        $told = "$TestDrive/$Name.told"
        $command = "Get-SotaConfig -Root '$Root' -IgnoreDeviceFiles -SotaDirectory '$sota' -Factory acme -Tag main -HardwareId board " +
        "-ApiTokenPath '$($factory.tokenFile)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials $Parameter | " +
        'ForEach-Object { "$($_.State) $($_.OtaClient) $($_.DockerConfigPath)" }'
        $run = Invoke-RigCommand $command -Device $device -Factory $factory `
            -Environment (@{ PATH = "$TestDrive/bin:$env:PATH"; TOLD = $told; HOME = $device.Root } + $Environment)
        $run.Told = Get-Content $told -ErrorAction Ignore
        $run.Seen = Get-Content "$told.environment" -Raw -ErrorAction Ignore
        $run.Device = $device
        $run
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'The OTA client after a registration' {
    It 'is left alone unless asked for' {
        $run = Invoke-Export 'left' ''
        $run.Output | Should -BeLike 'Registered NotAsked*' -Because $run.Error
        $run.Told | Should -BeNullOrEmpty
    }

    It 'starts it with systemctl, and says so' {
        $run = Invoke-Export 'started'
        $run.Output | Should -BeLike 'Registered Started*' -Because $run.Error
        $run.Told | Should -Be "start -- aktualizr-lite"
    }

    It 'starts another unit when told to' {
        (Invoke-Export 'named' '-StartOtaClient -OtaClientService fioup').Told | Should -Be "start -- fioup"
    }

    It 'waits for nothing inside a unit, and hands no credentials on' {
        $run = Invoke-Export 'queued' -Environment @{ INVOCATION_ID = '0123'; CREDENTIALS_DIRECTORY = $TestDrive }
        $run.Output | Should -BeLike 'Registered Queued*' -Because $run.Error
        $run.Told | Should -Be "start --no-block -- aktualizr-lite"
        $run.Seen | Should -Not -Match 'CREDENTIALS_DIRECTORY'
    }

    It 'reports with systemctl''s words that it could not be started; the registration stands' {
        $run = Invoke-Export 'refused' -Environment @{ REFUSE = '1' }
        $run.Output | Should -Match 'Registered StartFailed'
        "$($run.Output)$($run.Error)" | Should -Match 'Unit not found'
        "$($run.Device.Sota)/sota.toml" | Should -Exist
    }

    It 'is not started for another root' {
        $run = Invoke-Export 'mounted' -Root "$TestDrive/mounted"
        $run.Output | Should -BeLike 'Registered OtherRoot*' -Because $run.Error
        $run.Told | Should -BeNullOrEmpty
    }
}

Describe 'The Docker credential helper' {
    It 'is named for the hub in the configuration of the user' {
        $run = Invoke-Export 'docker' '-ConfigureDockerCredentialHelper fioup'
        $run.Output | Should -Match 'Registered NotAsked .*/\.docker/config\.json'
        Get-Content "$($run.Device.Root)/.docker/config.json" -Raw | Should -Match '"127\.0\.0\.1": "fioup"'
    }

    It 'stops the export before anything is in place when the configuration is broken' {
        Set-Content "$TestDrive/broken.json" '{'
        $run = Invoke-Export 'broken' "-ConfigureDockerCredentialHelper fioup -DockerConfigPath '$TestDrive/broken.json'"
        $run.Error | Should -Match 'broken\.json'
        "$($run.Device.Sota)/sota.toml" | Should -Not -Exist
    }
}
