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

    # A class of the layer is read where BitBake reads it; the others are BitBake's own.
    $text = [regex]::Replace((Get-Content $Path -Raw).Replace("\`n", ''), '(?m)^inherit (.*)$', {
            param($match)
            $classes = $match.Groups[1].Value.Split(' ') | ForEach-Object { Join-Top module yocto meta-autoregister classes-recipe "$_.bbclass" }
            @($classes | Where-Object { Test-Path $_ } | ForEach-Object { Get-Content $_ -Raw }) -join "`n"
        })
    $functions = @{}
    $overridden = @{}
    $weak = @{}
    $inside = ''
    foreach ($line in $text.Split("`n")) {
        if ($inside) {
            if ($line -eq '}') {
                $inside = ''
            }
            else {
                $functions[$inside] += "$line`n"
            }
        }
        elseif ($line -ceq 'python () {') {
            # It only says whether BitBake builds the recipe at all.
            $inside = 'python'
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
        elseif ($line -cnotmatch '^(#.*|FILESEXTRAPATHS:prepend := ".*"|SRC_URI \+= ".*"|\w+(\[[\w.]+\]|:\$\{PN\}) \+?= ".*"|)$') {
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
    $chosen = "$($Recipe.Variables['PACKAGECONFIG'])".Split(' ')
    while ($Text -cmatch $contains) {
        $Text = $Text.Replace($Matches[0], $(if ($Matches[1] -cin $chosen) { $Matches[2] } else { $Matches[3] }))
    }

    if ($Text.Contains('${')) {
        throw "$($Recipe.Path): not understood: $Text"
    }

    $Text
}

# Installs a recipe's files below a directory: the unpacked payload, unless another recipe is named.
function Install-Recipe {
    [CmdletBinding()]
    param(
        [ValidateSet('lmp-device-auto-register', 'lmp-device-register')] [string] $Name = 'lmp-device-auto-register',
        [Parameter(Mandatory)] [string] $Unpacked,
        [Parameter(Mandatory)] [string] $Destination,
        [Parameter(Mandatory)] [ValidateSet('linux-x64', 'linux-arm64')] [string] $Runtime,
        [System.Collections.IDictionary] $Variable = @{}
    )

    $variables = @{
        PN                     = $Name
        UNPACKDIR              = $Unpacked
        B                      = $Unpacked
        D                      = $Destination
        bindir                 = '/usr/bin'
        libdir                 = '/usr/lib'
        sysconfdir             = '/etc'
        systemd_system_unitdir = '/usr/lib/systemd/system'
    }
    foreach ($key in $Variable.Keys) {
        $variables[$key] = $Variable[$key]
    }

    $folder = Join-Top module yocto meta-autoregister recipes-support $Name
    $recipe = Read-Recipe -Path (Join-Path $folder "$Name.bb") -Variable $variables `
        -Override $(if ($Runtime -eq 'linux-arm64') { 'aarch64' } else { 'x86-64' })
    $null = New-Item -ItemType Directory $Destination -Force
    # What lies in the recipe's folder, unless a layer that is looked at first has such a file too.
    Get-ChildItem (Join-Path $folder $Name) -File | Where-Object { -not (Test-Path (Join-Path $Unpacked $_.Name)) } |
        Copy-Item -Destination $Unpacked

    $script = "umask 022`n" + (Expand-Recipe $recipe $recipe.Functions['do_compile']) + (Expand-Recipe $recipe $recipe.Functions['do_install'])
    Invoke-Native sh @('-euc', $script)
}
