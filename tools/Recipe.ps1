# Runs what a recipe's do_compile and do_install run, without BitBake: the packages for other systems and the tests install the
# very files that an image gets. Understood is what our recipe uses, and anything else is refused.

function Read-Recipe {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        # The values of variables that a configuration sets; they win over ?= and ??=.
        [System.Collections.IDictionary] $Variable = @{},
        [string] $Override = ''
    )

    $variables = @{}
    foreach ($name in $Variable.Keys) {
        $variables[$name] = $Variable[$name]
    }

    $functions = @{}
    $overridden = @{}
    $weak = @{}
    $inside = ''
    foreach ($line in [System.IO.File]::ReadAllText($Path).Replace("\`n", '').Split("`n")) {
        if ($inside) {
            if ($line -eq '}') {
                $inside = ''
            }
            else {
                $functions[$inside] += "$line`n"
            }
        }
        elseif ($line -cmatch '^(do_\w+)\(\) \{$') {
            $inside = $Matches[1]
            $functions[$inside] = ''
        }
        elseif ($line -cmatch '^(\w+) (\?\?=|\?=|=) "(.*)"$') {
            if ($Matches[2] -eq '??=') {
                $weak[$Matches[1]] = $Matches[3]
            }
            elseif ($Matches[2] -eq '=' -or -not $variables.ContainsKey($Matches[1])) {
                $variables[$Matches[1]] = $Matches[3]
            }
        }
        elseif ($line -cmatch '^(\w+):([\w-]+) = "(.*)"$') {
            if ($Matches[2] -ceq $Override) {
                $overridden[$Matches[1]] = $Matches[3]
            }
        }
        elseif ($line -cnotmatch '^(#.*|inherit [\w ]+|\w+(\[\w+\]|:\$\{PN\}) \+?= ".*"|)$') {
            throw "${Path}: not understood: $line"
        }
    }

    foreach ($name in $overridden.Keys) {
        $variables[$name] = $overridden[$name]
    }

    foreach ($name in $weak.Keys) {
        if (-not $variables.ContainsKey($name)) {
            $variables[$name] = $weak[$name]
        }
    }

    @{ Path = $Path; Variables = $variables; Functions = $functions }
}

function Expand-Recipe {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [hashtable] $Recipe,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text
    )

    while ($Text -cmatch '\$\{(\w+)\}') {
        $name = $Matches[1]
        if (-not $Recipe.Variables.ContainsKey($name)) {
            throw "$($Recipe.Path): nothing sets $name"
        }

        $Text = $Text.Replace("`${$name}", $Recipe.Variables[$name])
    }

    $contains = "\`$\{@bb\.utils\.contains\('PACKAGECONFIG', '(\w+)', '([^']*)', '([^']*)', d\)\}"
    $chosen = $Recipe.Variables['PACKAGECONFIG'].Split(' ')
    while ($Text -cmatch $contains) {
        $Text = $Text.Replace($Matches[0], $(if ($Matches[1] -cin $chosen) { $Matches[2] } else { $Matches[3] }))
    }

    if ($Text.Contains('${')) {
        throw "$($Recipe.Path): not understood: $Text"
    }

    $Text
}

# Installs the unpacked payload below a directory.
function Install-Recipe {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Unpacked,
        [Parameter(Mandatory)] [string] $Destination,
        [Parameter(Mandatory)] [ValidateSet('linux-x64', 'linux-arm64')] [string] $Runtime,
        [System.Collections.IDictionary] $Variable = @{}
    )

    $variables = @{
        PN                     = 'lmp-device-auto-register'
        UNPACKDIR              = $Unpacked
        B                      = $Unpacked
        D                      = $Destination
        bindir                 = '/usr/bin'
        libdir                 = '/usr/lib'
        sysconfdir             = '/etc'
        systemd_system_unitdir = '/usr/lib/systemd/system'
    }
    foreach ($name in $Variable.Keys) {
        $variables[$name] = $Variable[$name]
    }

    $folder = Join-Top module yocto meta-autoregister recipes-support lmp-device-auto-register
    $recipe = Read-Recipe -Path ([System.IO.Path]::Combine($folder, 'lmp-device-auto-register.bb')) -Variable $variables `
        -Override $(if ($Runtime -eq 'linux-arm64') { 'aarch64' } else { 'x86-64' })
    $null = [System.IO.Directory]::CreateDirectory($Destination)
    if (-not [System.IO.File]::Exists("$Unpacked/api-token")) {
        [System.IO.File]::Copy([System.IO.Path]::Combine($folder, 'lmp-device-auto-register', 'api-token'), "$Unpacked/api-token")
    }

    $script = "umask 022`n" + (Expand-Recipe $recipe $recipe.Functions['do_compile']) + (Expand-Recipe $recipe $recipe.Functions['do_install'])
    Invoke-Native sh @('-euc', $script)
}
