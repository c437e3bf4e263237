# Installs what Debian has and the machine lacks.

function Get-MissingPackage {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        # Those of the modules that only tests/Hsm.Tests.ps1 uses as well.
        [switch] $AllModules
    )

    $library = if ((Get-RuntimeIdentifier) -eq 'linux-arm64') { '/usr/lib/aarch64-linux-gnu' } else { '/usr/lib/x86_64-linux-gnu' }
    $needed = [ordered]@{
        'softhsm2'                    = "$library/softhsm/libsofthsm2.so"
        'opensc'                      = '/usr/bin/pkcs11-tool'
        'openssl'                     = '/usr/bin/openssl'
        'curl'                        = '/usr/bin/curl'
        'libengine-pkcs11-openssl'    = "$library/engines-3/pkcs11.so"
        'ca-certificates'             = '/etc/ssl/certs/ca-certificates.crt'
    }
    if ($AllModules) {
        $needed += [ordered]@{
            'libtpm2-pkcs11-1'      = "$library/pkcs11/libtpm2_pkcs11.so"
            'swtpm'                 = '/usr/bin/swtpm'
            'tpm2-abrmd'            = '/usr/sbin/tpm2-abrmd'
            'libtss2-tcti-tabrmd0'  = "$library/libtss2-tcti-tabrmd.so.0"
            'dbus-daemon'           = '/usr/bin/dbus-daemon'
            'dbus-bin'              = '/usr/bin/dbus-send'
            'libnss3'               = "$library/libsoftokn3.so"
            'libnss3-tools'         = '/usr/bin/certutil'
            'p11-kit-modules'       = "$library/p11-kit-proxy.so"
            'opencryptoki'          = '/usr/sbin/pkcsslotd'
        }
    }

    foreach ($name in $needed.Keys) {
        if (-not [System.IO.File]::Exists($needed[$name])) {
            $name
        }
    }
}

function Install-DebianPackage {
    [CmdletBinding()]
    param([switch] $AllModules)

    $missing = @(Get-MissingPackage -AllModules:$AllModules)
    if ($missing.Count -eq 0) {
        return
    }

    $command = "apt-get install --yes --no-install-recommends $missing"
    if ([Environment]::UserName -ne 'root' -or -not [System.IO.File]::Exists('/usr/bin/apt-get')) {
        throw "These Debian packages are needed: $missing. As root, run: apt-get update && $command"
    }

    Write-Line "Installing $missing"
    $env:DEBIAN_FRONTEND = 'noninteractive'
    Invoke-Native apt-get @('update', '--quiet') -Quiet
    Invoke-Native apt-get (@('install', '--yes', '--quiet', '--no-install-recommends') + $missing) -Quiet
}
