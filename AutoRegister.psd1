@{
    RootModule           = 'AutoRegister.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '5b0f5f4e-6a0c-4d38-9f0a-0b6f5c9d2a41'
    Author               = 'AutoRegister contributors'
    CompanyName          = 'AutoRegister'
    Copyright            = '(c) AutoRegister contributors. MIT License.'
    Description          = 'Registers embedded Linux devices with a FoundriesFactory: a device key that never leaves its PKCS#11 token, enrolment over HTTPS, and durable credentials.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('AutoRegister.Format.ps1xml')
    FunctionsToExport    = @()
    CmdletsToExport      = @(
        'ConvertTo-DeviceReport'
        'Export-DeviceEnrollment'
        'Export-SotaCredentials'
        'Get-HsmToken'
        'Get-SotaConfig'
        'Import-DeviceEnrollment'
        'New-HsmDeviceKey'
        'Register-FoundriesDevice'
        'Test-SotaRegistration'
    )
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('PKCS11', 'HSM', 'TPM', 'OTA', 'IoT', 'Foundries', 'LmP', 'X509', 'CSR', 'Linux', 'PSEdition_Core')
            ProjectUri   = 'https://autoregister.example/'
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
            ReleaseDate  = '2026-11-23'
        }
    }
}
