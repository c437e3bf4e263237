# Installs what Debian has and the machine lacks.

# What each task needs: packages, and a file that each of them brings.

function Get-TestingTool {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        # Those as well that only the tests use: three more PKCS#11 modules, systemd's checks, a terminal.
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
        'libfaketime'                 = "$library/faketime/libfaketime.so.1"
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
            'systemd'               = '/usr/bin/systemd-analyze'
            'tmux'                  = '/usr/bin/tmux'
            'iproute2'              = '/usr/sbin/ip'
            'postgresql'            = '/usr/share/postgresql-common'
            'chromium'              = '/usr/bin/chromium'
        }
    }

    $needed
}

function Get-PackagingTool {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    [ordered]@{
        'tar'      = '/bin/tar'
        'xz-utils' = '/usr/bin/xz'
        'dpkg'     = '/usr/bin/dpkg-deb'
    }
}

function Get-ContainerTool {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    [ordered]@{
        'systemd-container' = '/usr/bin/systemd-nspawn'
        'debootstrap'       = '/usr/sbin/debootstrap'
        'util-linux'        = '/usr/bin/nsenter'
    }
}

function Get-ServerTool {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    [ordered]@{
        'openssl'             = '/usr/bin/openssl'
        'postgresql'          = '/usr/share/postgresql-common'
        'nginx-light'         = '/usr/sbin/nginx'
        'libnginx-mod-stream' = '/usr/lib/nginx/modules/ngx_stream_module.so'
    }
}

function Install-DebianPackage {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [System.Collections.IDictionary] $Needed = (Get-TestingTool))

    $missing = @($Needed.Keys | Where-Object { -not (Test-Path -LiteralPath $Needed[$_]) })
    if ($missing.Count -eq 0) {
        return
    }

    $command = "apt-get install --yes --no-install-recommends $missing"
    if ([Environment]::UserName -ne 'root' -or -not (Test-Path '/usr/bin/apt-get')) {
        throw "These Debian packages are needed: $missing. As root, run: apt-get update && $command"
    }

    Write-Host "Installing $missing"
    $env:DEBIAN_FRONTEND = 'noninteractive'
    Invoke-Native apt-get @('update', '--quiet') -Quiet
    Invoke-Native apt-get (@('install', '--yes', '--quiet', '--no-install-recommends') + $missing) -Quiet
}
