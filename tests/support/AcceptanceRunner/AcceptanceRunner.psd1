@{
    RootModule        = 'AcceptanceRunner.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5a2f2d0e-6b5c-4a53-9d55-2c1c4f7be0a7'
    Author            = 'AutoRegister contributors'
    Description       = 'Runs the part of the Pester 5 language our acceptance tests use, in a PowerShell engine without the standard modules.'
    PowerShellVersion = '7.4'
    FunctionsToExport = @(
        'Describe', 'Context', 'It'
        'BeforeDiscovery', 'BeforeAll', 'BeforeEach', 'AfterEach', 'AfterAll'
        'Should', 'Set-ItResult'
        'Invoke-AcceptanceRun', 'Deny-PesterCommand'
    )
    AliasesToExport   = '*'
    CmdletsToExport   = @()
    VariablesToExport = @()
}
