# The command line of lmp-device-register: boost::program_options as it is without any setting. Long options as "--name x" and
# "--name=x", any beginning of a long option that only one of them has; short ones as "-n x" and "-nx".

Set-StrictMode -Version Latest

$Upstream = @(
    @{ Name = 'help'; Short = ''; Kind = 'Flag'; Help = 'print usage' }
    @{ Name = 'use-ostree-server'; Short = ''; Kind = 'Bool'; Default = '1'; Help = 'Use OSTree Proxy server instead of the Device Gateway to pull the ostree repo.' }
    @{ Name = 'production'; Short = 'p'; Kind = 'Bool'; Default = '0'; Help = 'Mark the device as a production device.' }
    @{ Name = 'start-daemon'; Short = ''; Kind = 'Bool'; Default = '1'; Help = 'Start the aktualizr-lite systemd service after registration.' }
    @{ Name = 'sota-dir'; Short = 'd'; Kind = 'Text'; Default = '/var/sota'; Help = 'The directory to install to keys and configuration to.' }
    @{ Name = 'device-group'; Short = 'g'; Kind = 'Text'; Help = 'Assign this device to a device group.' }
    @{ Name = 'factory'; Short = 'f'; Kind = 'Text'; Help = 'The factory name to subscribe to.' }
    @{ Name = 'hsm-so-pin'; Short = 'S'; Kind = 'Text'; Help = 'The PKCS#11 security officer pin - HSM only.' }
    @{ Name = 'mlock-all'; Short = 'l'; Kind = 'Bool'; Default = '1'; Help = 'Accepted and without effect: secrets are kept in memory of their own and wiped after use.' }
    @{ Name = 'validate-uuid'; Short = 'v'; Kind = 'Bool'; Default = '1'; Help = 'Validate the UUID before calling the remote service.' }
    @{ Name = 'hwid'; Short = 'i'; Kind = 'Text'; Help = 'The hardware identifier for the device type.' }
    @{ Name = 'tags'; Short = 't'; Kind = 'Text'; Help = 'Configure aktualizr-lite to only apply updates from Targets with these tags.' }
    @{ Name = 'api-token'; Short = 'T'; Kind = 'Text'; Help = 'API token for authentication. If not provided, oauth2 will be used instead.' }
    @{ Name = 'hsm-module'; Short = 'm'; Kind = 'Text'; Help = 'The PKCS#11 implementation (.so library) - HSM only.' }
    @{ Name = 'hsm-pin'; Short = 'P'; Kind = 'Text'; Help = 'The PKCS#11 pin - HSM only.' }
    @{ Name = 'uuid'; Short = 'u'; Kind = 'Text'; Help = 'A per-device UUID. If not provided, one will be generated.' }
    @{ Name = 'name'; Short = 'n'; Kind = 'Text'; Help = 'The name of the device. When not specified, the UUID will be used instead.' }
    @{ Name = 'api-token-header'; Short = 'H'; Kind = 'Text'; Default = 'OSF-TOKEN'; Help = 'The HTTP header to use for authentication.' }
    @{ Name = 'force'; Short = ''; Kind = 'Bool'; Default = '0'; Help = 'Force registration, removing data from previous execution.' }
    @{ Name = 'apps'; Short = 'a'; Kind = 'Text'; Help = 'Configure package-manager for this comma separate list of apps.' }
    @{ Name = 'restorable-apps'; Short = 'A'; Kind = 'Text'; Default = ' '; Help = 'Configure package-manager for this comma separate list of Restorable Apps.' }
)

$Ours = @(
    @{ Name = 'api-token-file'; Short = ''; Kind = 'Text'; Help = 'A file with the API token: not seen in a list of processes.' }
    @{ Name = 'hsm-pin-file'; Short = ''; Kind = 'Text'; Help = 'A file with the PKCS#11 pin.' }
    @{ Name = 'hsm-so-pin-file'; Short = ''; Kind = 'Text'; Help = 'A file with the PKCS#11 security officer pin.' }
    @{ Name = 'root'; Short = ''; Kind = 'Text'; Default = '/'; Help = 'The directory all device paths are below.' }
)

function Find-UpstreamOption([string] $Name) {
    # Ours must not make a beginning ambiguous that means one of theirs.
    foreach ($table in $Upstream, $Ours) {
        $found = @($table | Where-Object { $_.Name -ceq $Name })
        if (-not $found) {
            $found = @($table | Where-Object { $_.Name.StartsWith($Name, 'Ordinal') })
        }

        if ($found.Count -gt 1) {
            throw [System.ArgumentException]::new("option '--$Name' is ambiguous and matches '--$(@($found | ForEach-Object { $_.Name }) -join "', '--")'")
        }

        if ($found) {
            return $found[0]
        }
    }

    throw [System.ArgumentException]::new("unrecognised option '--$Name'")
}

function ConvertTo-UpstreamBool([string] $Text, [string] $Name) {
    switch ($Text.ToLowerInvariant()) {
        { $_ -cin '', '1', 'true', 'on', 'yes' } { return $true }
        { $_ -cin '0', 'false', 'off', 'no' } { return $false }
    }

    throw [System.ArgumentException]::new(
        "the argument ('$Text') for option '--$Name' is invalid. Valid choices are 'on|off', 'yes|no', '1|0' and 'true|false'")
}

<#
.SYNOPSIS
    Reads a command line. The result has one entry for every option that was given or has a default.
#>
function Read-UpstreamCommandLine {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Argument)

    $given = @{}
    for ($i = 0; $i -lt $Argument.Count; $i++) {
        $token = $Argument[$i]
        $value = $null
        if ($token -cmatch '^--([^=]+)(=(?s:(.*)))?$') {
            $option = Find-UpstreamOption $Matches[1]
            if ($Matches.ContainsKey(2)) {
                $value = $token.Substring($token.IndexOf('=') + 1)
                if (-not $value) {
                    throw [System.ArgumentException]::new("the argument for option '--$($option.Name)' should follow immediately after the equal sign")
                }
            }
        }
        elseif ($token -cmatch '^-([^-])') {
            $letter = $Matches[1]
            $option = $Upstream | Where-Object { $_.Short -ceq $letter }
            if (-not $option) {
                throw [System.ArgumentException]::new("unrecognised option '-$letter'")
            }

            $value = if ($token.Length -gt 2) { $token.Substring(2) }
        }
        elseif ($token -ceq '--') {
            # What follows is words, whatever it looks like.
            break
        }
        else {
            # As upstream: a word that belongs to no option is ignored.
            continue
        }

        $name = $option.Name
        if ($given.ContainsKey($name)) {
            throw [System.ArgumentException]::new("option '--$name' cannot be specified more than once")
        }

        if ($option.Kind -eq 'Flag') {
            if ($null -ne $value) {
                throw [System.ArgumentException]::new("option '--$name' does not take any arguments")
            }

            $given[$name] = $true
            continue
        }

        if ($null -eq $value) {
            if (++$i -ge $Argument.Count) {
                throw [System.ArgumentException]::new("the required argument for option '--$name' is missing")
            }

            # As upstream: the next argument is the value, even when it looks like an option.
            $value = $Argument[$i]
        }

        $given[$name] = if ($option.Kind -eq 'Bool') { ConvertTo-UpstreamBool $value $name } else { $value }
    }

    foreach ($option in $Upstream + $Ours) {
        if ($option.ContainsKey('Default') -and -not $given.ContainsKey($option.Name)) {
            $given[$option.Name] = if ($option.Kind -eq 'Bool') { $option.Default -eq '1' } else { $option.Default }
        }
    }

    $given
}

<#
.SYNOPSIS
    The usage text, as lmp-device-register prints it.
#>
function Get-UpstreamUsage {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $lines = foreach ($option in $Upstream + $Ours) {
        $left = if ($option.Short) { "  -$($option.Short) [ --$($option.Name) ]" } else { "  --$($option.Name)" }
        $left += if ($option.Kind -ne 'Flag') { if ($option.ContainsKey('Default')) { " arg (=$($option.Default))" } else { ' arg' } }
        $left.PadRight(40) + ' ' + $option.Help
    }

    "lmp-device-register options:`n" + ($lines -join "`n")
}

Export-ModuleMember -Function Read-UpstreamCommandLine, Get-UpstreamUsage
