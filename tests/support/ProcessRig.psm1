# Processes with exactly the environment they are given.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Bit 1 of SigIgn is signal 2, SIGINT (proc_pid_status(5)).
$IgnoresInterrupt = [bool] ([Convert]::ToInt64((Select-String -Path "/proc/$PID/status" -Pattern '^SigIgn:\s+(\w+)').Matches[0].Groups[1].Value, 16) -band 2)

# Runs a process to its end. Its environment is ours, changed by -Environment; $null removes a variable.
function Invoke-RigProcess {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Command,
        [Parameter(Position = 1)] [string[]] $Argument = @(),
        [hashtable] $Environment = @{},
        [string] $InputText = '',
        # Called with the process while it runs, again and again.
        [scriptblock] $While
    )

    $process = Start-RigProcess $Command $Argument -Environment $Environment
    try {
        $output = $process.StandardOutput.ReadToEndAsync()
        $problem = $process.StandardError.ReadToEndAsync()
        $process.StandardInput.Write($InputText)
        $process.StandardInput.Close()
        while (-not $process.WaitForExit($(if ($While) { 5 } else { 120000 }))) {
            if (-not $While) {
                $process.Kill($true)
                throw "'$Command $Argument' did not end"
            }

            $null = & $While $process
        }

        $process.WaitForExit()
        @{
            ExitCode = $process.ExitCode
            Output   = $output.Result
            Error    = $problem.Result
            # pwsh writes warnings to standard output, too, and colours them there; Output has them.
            Lines    = @($output.Result.Split("`n", [StringSplitOptions]::RemoveEmptyEntries) -cnotmatch '^(\e\[[\d;]*m)*WARNING: ')
        }
    }
    finally {
        $process.Dispose()
    }
}

function Start-RigProcess {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Command,
        [Parameter(Position = 1)] [string[]] $Argument = @(),
        [hashtable] $Environment = @{}
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new($Command)
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    # Tests that run in the background of a shell ignore SIGINT, and so would what they start: Ctrl-C is part of what is tested.
    if ($IgnoresInterrupt) {
        $start.FileName = 'env'
        $Argument = @('--default-signal=INT', $Command) + $Argument
    }

    foreach ($item in $Argument) {
        $start.ArgumentList.Add($item)
    }

    # What would change what a device does must come from the test, not from the machine it runs on.
    $none = 'TOKEN_FILE', 'APPS', 'USE_HOSTNAME', 'DEVICE_FACTORY', 'PRODUCTION', 'DEVICE_API', 'OAUTH_BASE', 'ALLOW_PLAIN_HTTP',
    'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SOFTHSM2_CONF', 'CREDENTIALS_DIRECTORY', 'INVOCATION_ID', 'JOURNAL_STREAM', 'HTTPS_PROXY', 'https_proxy'
    foreach ($name in $none) {
        $null = $start.Environment.Remove($name)
    }

    foreach ($name in $Environment.Keys) {
        if ($null -eq $Environment[$name]) {
            $null = $start.Environment.Remove($name)
        }
        else {
            $start.Environment[$name] = $Environment[$name]
        }
    }

    [System.Diagnostics.Process]::Start($start)
}

# Sends a signal. The shell's own kill: a small system has no program of that name.
function Send-RigSignal {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [System.Diagnostics.Process] $Process,
        [Parameter(Mandatory, Position = 1)] [ValidateSet('INT', 'TERM')] [string] $Signal
    )

    sh -c 'kill -s "$0" "$1"' $Signal $Process.Id
}

# Runs a process that must succeed, however long it takes.
function Invoke-RigChecked {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Command,
        [Parameter(Position = 1)] [string[]] $Argument = @()
    )

    $run = Invoke-RigProcess $Command $Argument -While { Start-Sleep -Milliseconds 20 }
    if ($run.ExitCode -ne 0) {
        throw "'$Command $Argument' ended with exit code $($run.ExitCode): $($run.Output)$($run.Error)"
    }

    $run
}

Export-ModuleMember -Function '*-Rig*'
