# What four PKCS#11 modules need to run: services, daemons, a mount namespace. Ends what it started, and nothing else.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module "$PSScriptRoot/DeviceRig.psm1"
Import-Module "$PSScriptRoot/NetworkRig.psm1"

$LibraryPath = Get-RigPath LibraryPath
$P11KitModules = '/usr/share/p11-kit/modules'

# What each module consists of: its library, the one that devices are told to use, and what must be there to run it.
$Modules = @{
    'SoftHSM2'     = @{ Module = "$LibraryPath/softhsm/libsofthsm2.so"; Needs = @() }
    'tpm2-pkcs11'  = @{ Module = "$LibraryPath/pkcs11/libtpm2_pkcs11.so"; Needs = '/usr/bin/swtpm', '/usr/sbin/tpm2-abrmd', '/usr/bin/dbus-daemon', "$LibraryPath/libtss2-tcti-tabrmd.so.0" }
    'NSS'          = @{ Module = "$LibraryPath/p11-kit-proxy.so"; Needs = "$LibraryPath/libsoftokn3.so", '/usr/bin/certutil', '/usr/bin/unshare', $P11KitModules }
    'openCryptoki' = @{ Module = "$LibraryPath/pkcs11/libopencryptoki.so"; Needs = , '/usr/sbin/pkcsslotd' }
}

# Starts what a module needs. What cannot be started has a Problem, and its tests are skipped with it.
function Open-RigHsm {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $Path)

    $null = New-Item -ItemType Directory $Path -Force
    $hsm = @{ Name = $Name; Path = $Path; Module = $Modules[$Name].Module; Environment = @{}; Processes = @(); Problem = ''; P11KitModules = $P11KitModules }
    foreach ($file in @($hsm.Module) + @($Modules[$Name].Needs)) {
        if (-not (Test-Path $file)) {
            $hsm.Problem = "$file is not installed"
            return $hsm
        }
    }

    switch ($Name) {
        'tpm2-pkcs11' { Open-Tpm $hsm }
        'NSS' { Test-MountNamespace $hsm }
        'openCryptoki' { Open-SlotDaemon $hsm }
    }

    $hsm
}

function Close-RigHsm {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Hsm)

    $running = @($Hsm.Processes)
    [array]::Reverse($running)
    foreach ($process in $running) {
        if (-not $process.HasExited) {
            $process.Kill()
            $process.WaitForExit()
        }

        $process.Dispose()
    }
}

function Wait-Rig([scriptblock] $Condition, [string] $What) {
    $limit = (Get-Date).AddSeconds(30)
    while (-not (& $Condition)) {
        if ((Get-Date) -gt $limit) {
            throw $What
        }

        Start-Sleep -Milliseconds 100
    }
}

# A process that runs until Close-RigHsm, its words in a file.
function Invoke-HsmProcess([hashtable] $Hsm, [string] $Name, [string[]] $Line, [hashtable] $Environment = @{}) {
    $quoted = ($Line | ForEach-Object { "'$_'" }) -join ' '
    $process = Start-RigProcess sh @('-c', "exec $quoted >'$($Hsm.Path)/$Name.log' 2>&1") -Environment $Environment
    $process.StandardInput.Close()
    $Hsm.Processes += $process
}

# A software TPM, the resource manager on a private bus in front of it: without it the TPM runs out of slots for objects.
function Open-Tpm([hashtable] $Hsm) {
    $null = New-Item -ItemType Directory "$($Hsm.Path)/tpm" -Force
    # tpm2-abrmd expects the control channel one port above the other.
    $port = Get-RigFreePort
    Invoke-HsmProcess -Hsm $Hsm -Name 'swtpm' -Line @('swtpm', 'socket', '--tpm2', '--tpmstate', "dir=$($Hsm.Path)/tpm", '--server', "type=tcp,port=$port,bindaddr=127.0.0.1",
        '--ctrl', "type=tcp,port=$($port + 1),bindaddr=127.0.0.1", '--flags', 'not-need-init,startup-clear')
    Invoke-HsmProcess -Hsm $Hsm -Name 'dbus' -Line @('dbus-daemon', '--session', '--nofork', '--print-address=1')
    $bus = "$($Hsm.Path)/dbus.log"
    try {
        Wait-Rig { (Test-Path $bus) -and (Get-Item $bus).Length -gt 0 } 'the private message bus did not start'
        $session = @{ DBUS_SESSION_BUS_ADDRESS = Get-Content $bus -TotalCount 1 }
        Invoke-HsmProcess -Hsm $Hsm -Name 'abrmd' -Line @('tpm2-abrmd', '--allow-root', '--session', "--tcti=swtpm:host=127.0.0.1,port=$port") -Environment $session
        Wait-Rig {
            $owner = 'dbus-send', '--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.GetNameOwner', 'string:com.intel.tss2.Tabrmd'
            (Invoke-RigProcess $owner[0] $owner[1..6] -Environment $session).ExitCode -eq 0
        } 'tpm2-abrmd did not start'
        $Hsm.Environment = $session + @{ TPM2_PKCS11_TCTI = 'tabrmd:bus_type=session'; TSS2_LOG = 'all+NONE' }
    }
    catch [System.Management.Automation.RuntimeException] {
        $Hsm.Problem = "$_"
    }
}

# p11-kit hands NSS its parameter string, from a module file. As root it reads the system's folder only: each process gets a
# mount namespace of its own, in which that folder is the test's.
function Test-MountNamespace([hashtable] $Hsm) {
    $null = New-Item -ItemType Directory "$($Hsm.Path)/none" -Force
    $tried = Invoke-RigProcess unshare @('--mount', '--', 'mount', '--bind', "$($Hsm.Path)/none", $P11KitModules)
    if ($tried.ExitCode -ne 0) {
        $Hsm.Problem = "a mount namespace cannot be made: $($tried.Error.Trim())"
    }
}

# openCryptoki's daemon has one place for all its users: a running one is used and left alone.
function Open-SlotDaemon([hashtable] $Hsm) {
    $probe = { (Invoke-RigProcess pkcs11-tool @('--module', $Hsm.Module, '--list-slots')).ExitCode -eq 0 }
    if (& $probe) {
        return
    }

    $started = Invoke-RigProcess sh @('-c', 'pkcsslotd >/dev/null 2>&1 </dev/null')
    $pidFile = Get-Item '/run/pkcsslotd.pid', '/var/run/pkcsslotd.pid' -ErrorAction Ignore | Select-Object -First 1
    if ($started.ExitCode -ne 0 -or -not (& $probe)) {
        $Hsm.Problem = "pkcsslotd cannot be started (exit code $($started.ExitCode))"
    }

    if ($pidFile) {
        $Hsm.Processes += Get-Process -Id (Get-Content $pidFile)
    }
}

Export-ModuleMember -Function '*-RigHsm'
