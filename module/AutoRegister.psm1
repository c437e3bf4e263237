using namespace System.IO
using namespace System.Reflection

Set-StrictMode -Version Latest

# The cmdlets and their libraries live in a load context of their own: a module with another BouncyCastle may come before or
# after us. Only the loader is visible to the rest of the process.
$bin = [Path]::Combine($PSScriptRoot, 'bin')
$null = [Assembly]::LoadFrom([Path]::Combine($bin, 'AutoRegister.Loader.dll'))
$cmdlets = [AutoRegister.Loader.PrivateContext]::Load([Path]::Combine($bin, 'private'), 'AutoRegister.Cmdlets')
$inner = Import-Module -Assembly $cmdlets -PassThru -Verbose:$false

# An assembly that was imported before is not exported again on a re-import (PowerShell issue 20710): hand its cmdlets on.
if ($ExecutionContext.SessionState.Module.ExportedCmdlets.Count -eq 0) {
    $addExportedCmdlet = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
        $null = $addExportedCmdlet.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
