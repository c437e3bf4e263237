# What an error says of a PIN names the place that it came from, and so does the remedy.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $softHsm = Get-RigPath SoftHsm

    # A device that has a token of SoftHSM2 in a directory of its own.
    function Build-LabelledDevice([string] $Name, [string] $Label) {
        $device = New-RigDevice -Path "$TestDrive/$Name" -Token $factory.Token
        $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', $Label, '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        $made.ExitCode | Should -Be 0 -Because $made.Error
        $device
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A PIN' {
    BeforeAll {
        $device = Build-LabelledDevice pins aktualizr
        $root = $device.Root
        $hsm = "$root/etc/sota/hsm"
        $rest = "HSM_MODULE=$softHsm`nHSM_SOPIN=$(Get-RigPath SoPin)`n"

        function Invoke-WithHsm([string] $Text, [string] $Parameter = '', [hashtable] $Environment = @{}) {
            Set-Content $hsm $Text -NoNewline
            Invoke-RigCommand "Get-SotaConfig -Root '$root' $Parameter | New-HsmDeviceKey -ErrorVariable problem -ErrorAction SilentlyContinue; `$problem[0].ToString(); `$problem[0].ErrorDetails.RecommendedAction; `$problem[0].FullyQualifiedErrorId" -Device $device -Environment $Environment
        }
    }

    It 'that the token refuses is corrected in the credential that it came from, not in the hsm file' {
        $folder = (New-Item -ItemType Directory "$TestDrive/credentials").FullName
        Set-Content "$folder/hsm-pin" '5550199'
        $run = Invoke-WithHsm ($rest + "HSM_PIN=$(Get-RigPath Pin)`n") -Environment @{ CREDENTIALS_DIRECTORY = $folder }
        $run.Lines[-1] | Should -BeLike 'HsmPinRejected,*'
        $run.Lines[-2] | Should -Be 'Correct the systemd credential hsm-pin, then run again.'
        $run.Lines[-3] | Should -Match 'refused the user PIN \(credential hsm-pin\)\.'
        $run.Output | Should -Not -Match '5550199'
    }

    It 'that the token refuses is corrected in the file that the URI names' {
        Set-Content "$root/etc/sota/pin" '5550199'
        $run = Invoke-WithHsm ($rest + "HSM_URI='pkcs11:?pin-source=file:/etc/sota/pin'`n")
        $run.Lines[-1] | Should -BeLike 'HsmPinRejected,*'
        $run.Lines[-2] | Should -Be "Correct the file $root/etc/sota/pin, which is the pin-source of HSM_URI in ${hsm}:3, then run again."
    }

    It 'that the token refuses is corrected as the parameter that gave it' {
        $run = Invoke-WithHsm ($rest + "HSM_PIN=$(Get-RigPath Pin)`n") -Parameter "-HsmPin (ConvertTo-SecureString 5550199 -AsPlainText -Force)"
        $run.Lines[-1] | Should -BeLike 'HsmPinRejected,*'
        $run.Lines[-2] | Should -Be 'Correct -HsmPin, then run again.'
    }

    It 'under a misspelt name is found' {
        Set-Content $hsm ($rest + "HSM_PNI=5550199`n") -NoNewline
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match "error: $([regex]::Escape($hsm)) lacks HSM_PIN; $([regex]::Escape($hsm)):3 has HSM_PNI, which is not known\. Write HSM_PIN in place of HSM_PNI\. \[HsmSettingMissing\]"
        "$($run.Output)$($run.Error)" | Should -Not -Match '5550199'
    }
}
