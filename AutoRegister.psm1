using namespace System.IO
using namespace System.Reflection

Set-StrictMode -Version Latest

# The cmdlets and their libraries live in a load context of their own: a module with another BouncyCastle may come before or
# after us. Only the loader is visible to the rest of the process.
$bin = [Path]::Combine($PSScriptRoot, 'bin')
$null = [Assembly]::LoadFrom([Path]::Combine($bin, 'AutoRegister.Loader.dll'))
$cmdlets = [AutoRegister.Loader.PrivateContext]::Load([Path]::Combine($bin, 'private'), 'AutoRegister.Cmdlets')
# An assembly that was imported before exports nothing on a re-import (PowerShell issue 20710): the module that comes of it does.
Import-Module -Assembly $cmdlets -Verbose:$false -PassThru | Import-Module -Verbose:$false
Export-ModuleMember -Cmdlet '*'
