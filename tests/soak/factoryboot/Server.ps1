# What every scenario needs: how the machine with the server is used and looked at.

function Assert-That([bool] $Condition, [string] $What) {
    if (-not $Condition) {
        throw $What
    }
}

# Runs a line of shell on the machine as root, which must succeed; what it prints.
function Invoke-Server([string] $Line) {
    $run = Invoke-Device $server @('sh', '-c', "cd /root && $Line")
    Assert-That ($run.ExitCode -eq 0) "'$Line' ended with $($run.ExitCode): $($run.Output)$($run.Error)"
    $run.Output.Trim()
}

# The same with a command of the guide.
function Invoke-GuideCommand([string] $Text, [System.Collections.IDictionary] $Instead = @{}) {
    Invoke-Server (Get-GuideCommand $Text -Guide factory-server -Instead $Instead)
}

# Commands that read or write the ledger, as the guide says: by the server's user.
function Invoke-Ledger([string] $Line) {
    Invoke-Server "runuser -u lmp-factory -- lmp-factory $Line --config /etc/lmp-factory/factory.json"
}

# What a path of the server says; 000 where nobody listens.
function Get-ServerAnswer([string] $Path) {
    $asked = Invoke-RigProcess curl @('--silent', '--max-time', '10', '--cacert', "$pki/factory_ca.pem", '--write-out', ' %{http_code}', "https://127.0.0.1:$port/$Path")
    $asked.Output.Trim()
}

function Get-ServerUnit([string] $Property) {
    Invoke-Server "systemctl show $unitName --property=$Property --value"
}

# Registers a device by the station's token, as devices do it; its UUID.
function Register-Device([string] $Name) {
    $device = New-RigDevice -Path "$scratch/$Name" -Hsm '' -Token (Get-Content "$($server.Root)/root/line-1.token" -Raw).Trim()
    Set-Content "$scratch/$Name/etc/hostname" $Name
    $run = Invoke-RigWrapper $device -Environment @{ DEVICE_API = "https://127.0.0.1:$port/ota/devices/"; SSL_CERT_FILE = "$pki/factory_ca.pem"; USE_HOSTNAME = '1' }
    Assert-That ($run.ExitCode -eq 0) "The device $Name says: $($run.Error)"
    (Get-PfxCertificate "$($device.Sota)/client.pem").GetNameInfo('SimpleName', $false)
}

function Get-RegisteredDevice {
    Invoke-Ledger 'devices list --json' | ConvertFrom-Json -DateKind String
}

# Changes the server's configuration.
function Edit-Configuration([scriptblock] $Change) {
    $file = "$($server.Root)/etc/lmp-factory/factory.json"
    $settings = Get-Content $file -Raw | ConvertFrom-Json -AsHashtable
    & $Change $settings
    $settings | ConvertTo-Json -Depth 5 | Set-Content $file
}

# Signs the server's CSR with the root's key, as its owner does.
function Publish-ServerCertificate {
    $folder = "$($server.Root)/etc/lmp-factory/pki"
    Set-Content "$scratch/extensions" "keyUsage=critical,digitalSignature`nextendedKeyUsage=critical,serverAuth`nsubjectAltName=IP:127.0.0.1"
    $null = Invoke-RigChecked openssl @('x509', '-req', '-days', '365', '-in', "$folder/tls.csr", '-CA', "$pki/factory_ca.pem", '-CAkey', "$pki-root.key",
        '-CAcreateserial', '-CAserial', "$scratch/serial", '-extfile', "$scratch/extensions", '-out', "$folder/tls.pem")
}

# The serial number of the TLS certificate that the server shows.
function Get-ServerSerial {
    $shown = Invoke-RigProcess sh @('-c', "openssl s_client -connect 127.0.0.1:$port </dev/null 2>/dev/null | openssl x509 -noout -serial")
    $shown.Output.Trim()
}
