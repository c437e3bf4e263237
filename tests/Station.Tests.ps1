# The station script as a line worker uses it: a scanner that types, a list, and a terminal.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $script = Join-Path (Get-RigPath Module) 'station/Register-Line.ps1'

    function Get-StationArgument([string] $Station, [string[]] $More = @(), [string] $Token = $factory.tokenFile) {
        @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $script, '-Output', $Station, '-Factory', 'acme', '-Tag', 'main', '-HardwareId', 'board',
            '-DeviceApi', $factory.api, '-ApiTokenPath', $Token, '-CaCertificatePath', $factory.caFile, '-NoHsm') + $More
    }

    function Invoke-Station([string] $Station, [string] $Typed = '', [string[]] $More = @(), [string] $Token = $factory.tokenFile) {
        Invoke-RigProcess (Get-RigPath Shell) (Get-StationArgument $Station -More $More -Token $Token) -InputText $Typed
    }

    # What is in the tokens; SoftHSM2 counts whoever looked in a file of its own.
    function Get-TokenFile([string] $Root) {
        Get-ChildItem "$Root/var/lib/softhsm/tokens" -Recurse -File -Exclude generation | Get-FileHash | ForEach-Object { "$($_.Path) $($_.Hash)" }
    }

    function Get-Report([string] $Station) {
        Import-Csv "$Station/report-*.csv"
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A station with a scanner' {
    It 'registers what is scanned, refuses what is no serial number, and says so' {
        $run = Invoke-Station "$TestDrive/scan" "SCAN1`n../evil`n`nSCAN2`nSCAN1`nend`n"
        $run.Lines[1] | Should -Match '^OK      SCAN1  [0-9a-f-]{36}$'
        $run.Lines[2] | Should -Match '^NOT A SERIAL NUMBER: \.\./evil'
        $run.Lines[3] | Should -Match '^OK      SCAN2'
        $run.Lines[4] | Should -Match '^OK      SCAN1  was registered before'
        $run.Lines[5] | Should -Match '^2 registered, 1 before, 0 failed, and 1 misread at the scanner'
        $run.ExitCode | Should -Be 0
        $report = @(Get-Report "$TestDrive/scan")
        $report.Count | Should -Be 3
        $report[0].PSObject.Properties.Name -join ',' | Should -Be 'Time,Name,Outcome,Uuid,CertificateSerialNumber,NotAfter,Attempts,Path,ErrorId,Message'
        "$($report[0].Name) $($report[0].Outcome)" | Should -Be 'SCAN1 Registered'
        $report[0].Uuid | Should -Match '^[0-9a-f-]{36}$'
        $report[0].CertificateSerialNumber | Should -Match '^[0-9A-F]+$'
        $report[0].Time, $report[0].NotAfter | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'
        "$TestDrive/scan/station.log" | Should -FileContentMatch 'registered SCAN2'
        @(Get-RigLedger $factory | Where-Object name -Like 'SCAN*').Count | Should -Be 2
    }
}

Describe 'A station with a list' {
    It 'registers its rows, and what is missing when it runs again' {
        Set-Content "$TestDrive/list.csv" "SerialNumber,Group,Uuid`nLIST1,,`n`"LIST2`",blue,"
        (Invoke-Station "$TestDrive/list" -More '-List', "$TestDrive/list.csv").ExitCode | Should -Be 0
        Add-Content "$TestDrive/list.csv" 'LIST3,,'
        $again = Invoke-Station "$TestDrive/list" -More '-List', "$TestDrive/list.csv"
        $again.ExitCode | Should -Be 0 -Because $again.Output
        $again.Output | Should -Match '1 registered, 2 before, 0 failed'
    }

    It 'is not begun when a row is wrong: <Text>' -ForEach @(
        @{ Text = "Name`nX1`n"; Says = "no column 'Name'" }
        @{ Text = "SerialNumber,Gruop`nX1,blue`n"; Says = "no column 'Gruop'\. Is it 'Group'\?" }
        @{ Text = "Serialnumer`nX1`n"; Says = "no column 'Serialnumer'. Is it 'SerialNumber'\?" }
        @{ Text = "SerialNumber,Tag,Tag`nX1,a,b`n"; Says = 'the column Tag comes twice' }
        @{ Text = "Tag`nmain`n"; Says = 'no column SerialNumber' }
        @{ Text = "SerialNumber`n"; Says = 'a heading and no row below it' }
        @{ Text = "SerialNumber;Tag`nX1;main`n"; Says = "separated by ';'. Save the list with commas" }
        @{ Text = "SerialNumber`tTag`nX1`tmain`n"; Says = "separated by 'a tab'" }
        @{ Text = "SerialNumber`nX1`nX2`nx1`n"; Says = "row 4: the SerialNumber 'x1' is that of row 2, too" }
        @{ Text = "SerialNumber,Uuid`nX1,not-a-uuid`n"; Says = 'row 2: .*not-a-uuid' }
        @{ Text = "SerialNumber,Uuid`nX1,1d3b6f57-8b8a-4d0a-9a53-6a7a3a4a2b10`nX2,1D3B6F57-8B8A-4D0A-9A53-6A7A3A4A2B10`n"; Says = 'row 3: the Uuid .* row 2, too' }
        @{ Text = "SerialNumber,Tag`nX1,two words`n"; Says = 'row 2: .*-Tag: a tag cannot have a blank' }
        @{ Text = "SerialNumber,Root`nX1,/nonexistent/image`n"; Says = "row 2: there is no directory '/nonexistent/image'" }
        @{ Text = "SerialNumber,KeyId`nX1,1`n"; Says = "row 2: the KeyId '1' is not hex" }
        @{ Text = "SerialNumber,TokenSerial`nX1,77`n"; Says = 'row 2: .*(token|module)' }
        @{ Text = "SerialNumber,TokenLabel`nX1,nobody`n"; Says = 'row 2: .*(token|module)' }
        @{ Text = "SerialNumber,Operator`nX1,me`n"; Says = "no column 'Operator'\. Known are" }
        @{ Text = "SerialNumber,Tag`nX1`n"; Says = 'row 2: 1 cells' }
        @{ Text = "SerialNumber`nX1,blue`n"; Says = 'row 2: 2 cells' }
        @{ Text = "SerialNumber`nX1`nX 2`n"; Says = "row 3: 'X 2' is not a serial number" }
    ) {
        Set-Content "$TestDrive/wrong.csv" $Text -NoNewline
        $run = Invoke-Station "$TestDrive/wrong" -More '-List', "$TestDrive/wrong.csv"
        $run.ExitCode | Should -Be 78
        $run.Output | Should -Match $Says
        Get-ChildItem "$TestDrive/wrong/devices" -Directory | Should -BeNullOrEmpty
    }

    It 'is not begun when a token is not there that a row names: <Row>' -ForEach @(
        @{ Row = 'X2,nobody,'; Says = "row 3: there is no token with the label 'nobody'\." }
        @{ Row = 'X2,,7777'; Says = "row 3: there is no token with the serial number '7777'\." }
        @{ Row = 'X2,nobody,SERIAL'; Says = "row 3: there is no token with the label 'nobody' and the serial number '\w+'\." }
        @{ Row = 'X2,two,'; Says = "row 3: there are 2 tokens with the label 'two': name one by its TokenSerial\." }
    ) {
        $place = "$TestDrive/tokens-$(New-Guid)"
        $device = New-RigDevice "$place/config" -Token $factory.Token
        $environment = @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        foreach ($label in 'one', 'two', 'two') {
            $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', $label, '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment $environment
            $made.ExitCode | Should -Be 0 -Because $made.Error
        }

        $serial = (Invoke-RigCommand "(Get-HsmToken '$(Get-RigPath SoftHsm)' -Label one).Serial" -Device $device).Lines[0]
        Set-Content "$place/list.csv" "SerialNumber,TokenLabel,TokenSerial`nX1,one,$serial`n$($Row -replace 'SERIAL', $serial)"
        $before = Get-TokenFile "$place/config"
        $line = @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $script, '-Output', "$place/out", '-ConfigRoot', $device.Root, '-List', "$place/list.csv",
            '-DeviceApi', $factory.api, '-CaCertificatePath', $factory.caFile)
        $run = Invoke-RigProcess (Get-RigPath Shell) $line -Environment $environment
        $run.ExitCode | Should -Be 78 -Because $run.Output
        $run.Output | Should -Match $Says
        Get-ChildItem "$place/out/devices" | Should -BeNullOrEmpty
        Get-TokenFile "$place/config" | Should -Be $before
    }

    It 'is not begun when there is none' {
        $run = Invoke-Station "$TestDrive/none" -More '-List', "$TestDrive/no-such-list.csv"
        $run.ExitCode | Should -Be 78
        $run.Lines[0] | Should -Be "The configuration is wrong: There is no list '$TestDrive/no-such-list.csv'."
    }

    It 'stops at once when the server was never reached: <Case>' -ForEach @(
        @{ Case = 'nobody listens'; Api = 'https://127.0.0.1:9/ota/devices/'; Says = '127\.0\.0\.1' }
        @{ Case = 'a name that does not resolve'; Api = 'https://factory.invalid/ota/devices/'; Says = 'factory\.invalid' }
        @{ Case = 'a certificate that nobody vouches for'; Api = ''; Says = '-CaCertificatePath' }
        @{ Case = 'a wrong path'; Api = '/no/such/api/'; Says = '-DeviceApi' }
    ) {
        Set-Content "$TestDrive/list3.csv" "SerialNumber`nZ1`nZ2`nZ3"
        $line = Get-StationArgument (Join-Path $TestDrive "away-$($Case.Length)") -More '-List', "$TestDrive/list3.csv"
        if ($Api) {
            $line[$line.IndexOf('-DeviceApi') + 1] = [uri]::new([uri] $factory.api, $Api).ToString()
        }
        else {
            $line = $line -notmatch [regex]::Escape($factory.caFile) -ne '-CaCertificatePath'
        }

        $run = Invoke-RigProcess (Get-RigPath Shell) $line
        $run.ExitCode | Should -Be 78
        @($run.Lines -match 'THE LINE STOPS').Count | Should -Be 1
        $run.Output | Should -Match $Says
    }

    It 'stops with 77 when the server refuses the token' {
        Set-Content "$TestDrive/token" 'token-that-nobody-issued'
        Set-Content "$TestDrive/list2.csv" "SerialNumber`nY1`nY2`nY3"
        $run = Invoke-Station "$TestDrive/refused" -More '-List', "$TestDrive/list2.csv" -Token "$TestDrive/token"
        $run.ExitCode | Should -Be 77
        @($run.Lines | Where-Object { $_ -match 'THE LINE STOPS' }).Count | Should -Be 1
        $run.Error | Should -BeNullOrEmpty
    }
}

# In a terminal there are colours and a bell, and a worker who ends it with Ctrl-C and starts it again.
Describe 'A station in a terminal' -Skip:(-not (Test-Path '/usr/bin/tmux')) {
    BeforeAll {
        $socket = "station$PID"
        function Invoke-Tmux([string[]] $Argument) {
            Invoke-RigProcess tmux (@('-L', $socket) + $Argument)
        }

        function Wait-Screen([string] $Text) {
            $limit = (Get-Date).AddSeconds(60)
            do {
                Start-Sleep -Milliseconds 100
                $screen = (Invoke-Tmux 'capture-pane', '-p', '-e', '-S', '-200', '-t', 'line').Output
            } while ($screen -notmatch $Text -and (Get-Date) -lt $limit)
            $screen
        }

        Set-Content "$TestDrive/run.sh" "unset NO_COLOR; exec '$(Get-RigPath Shell)' $((Get-StationArgument "$TestDrive/terminal" | ForEach-Object { "'$_'" }) -join ' ')"
        $null = Invoke-Tmux 'new-session', '-d', '-s', 'line', '-x', '120', '-y', '40', 'sh'
    }

    AfterAll {
        $null = Invoke-Tmux 'kill-server'
    }

    It 'shows a failure in the middle in red, goes on, and goes on after Ctrl-C and a restart' {
        $null = Invoke-Tmux 'send-keys', '-t', 'line', "sh $TestDrive/run.sh; echo code=`$?", 'Enter'
        Wait-Screen 'Scan a serial number' | Should -Match 'Scan a serial number'
        $null = Invoke-Tmux 'send-keys', '-t', 'line', 'TERM1', 'Enter'
        # The green of "OK", as the terminal has it.
        Wait-Screen 'OK      TERM1' | Should -Match "`e\[30m`e\[42mOK      TERM1|`e\[30;42mOK      TERM1"
        $null = Invoke-Tmux 'send-keys', '-t', 'line', 'TERM 2', 'Enter'
        Wait-Screen 'NOT A SERIAL' | Should -Match "`e\[[39]7m`e\[41mNOT A SERIAL|`e\[[39]7;41mNOT A SERIAL"
        $null = Invoke-Tmux 'send-keys', '-t', 'line', 'C-c', ''
        Wait-Screen 'code=\d+' | Should -Match 'code=130'

        $null = Invoke-Tmux 'send-keys', '-t', 'line', "clear; sh $TestDrive/run.sh; echo again=`$?", 'Enter'
        $null = Wait-Screen 'Scan a serial number'
        $null = Invoke-Tmux 'send-keys', '-t', 'line', 'TERM1', 'Enter', 'TERM3', 'Enter'
        # 'end' alone would be the key of that name.
        $null = Invoke-Tmux 'send-keys', '-l', '-t', 'line', 'end'
        $null = Invoke-Tmux 'send-keys', '-t', 'line', 'Enter'
        $screen = Wait-Screen 'again=\d+'
        $screen | Should -Match 'again=0'
        $screen | Should -Match 'TERM1  was registered before'
        $screen | Should -Match 'OK      TERM3'
    }
}
