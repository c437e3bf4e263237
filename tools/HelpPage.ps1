# Reads the Markdown of a help page.

# The text below each heading of a level, by heading, in order.
function Split-Heading {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory)] [int] $Level
    )

    $found = [ordered]@{}
    $heading = $null
    $lines = [System.Collections.Generic.List[string]]::new()
    $inCode = $false
    foreach ($line in $Text.Split("`n")) {
        if ($line.StartsWith('```')) {
            $inCode = -not $inCode
        }

        if (-not $inCode -and $line -match "^#{$Level} (.+)$") {
            if ($heading) {
                $found[$heading] = ($lines -join "`n").Trim()
            }

            $heading = $Matches[1].Trim()
            $lines.Clear()
        }
        else {
            $lines.Add($line)
        }
    }

    if ($heading) {
        $found[$heading] = ($lines -join "`n").Trim()
    }

    $found
}

# A page: its sections, the examples as code and remarks, the parameters by name.
function Read-HelpPage {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Path)

    $section = Split-Heading -Text (Get-Content -LiteralPath $Path -Raw) -Level 2
    foreach ($needed in 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS') {
        if (-not $section.Contains($needed) -or -not $section[$needed]) {
            throw "${Path}: the section $needed is missing or empty."
        }
    }

    $examples = foreach ($entry in (Split-Heading -Text $section['EXAMPLES'] -Level 3).GetEnumerator()) {
        $match = [regex]::Match($entry.Value, '(?s)^(?<before>.*?)```powershell\n(?<code>.*?)\n```(?<after>.*)$')
        if (-not $match.Success) {
            throw "${Path}: the example '$($entry.Key)' has no code."
        }

        @{ Title = $entry.Key; Code = $match.Groups['code'].Value; Remarks = "$($match.Groups['before'].Value)`n$($match.Groups['after'].Value)".Trim() }
    }

    $parameters = [ordered]@{}
    foreach ($entry in (Split-Heading -Text $section['PARAMETERS'] -Level 3).GetEnumerator()) {
        $parameters[$entry.Key.TrimStart('-')] = $entry.Value
    }

    @{
        Path = $Path; Section = $section; Examples = @($examples); Parameters = $parameters
        Inputs = Split-Heading -Text $section['INPUTS'] -Level 3
        Outputs = Split-Heading -Text $section['OUTPUTS'] -Level 3
    }
}

# Text for a terminal: no link targets, no emphasis, no code marks.
function ConvertTo-PlainText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Markdown)

    (($Markdown -replace '\[([^\]]+)\]\([^)]+\)', '$1') -replace '\*\*([^*]+)\*\*', '$1') -replace '`([^`]+)`', '$1'
}

# Words in lines that a terminal of 80 columns shows whole; all but the first are indented by -Hanging more.
function Format-Paragraph {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory)] [int] $Indent,
        [int] $Hanging = 0
    )

    $line = ' ' * $Indent
    $isEmpty = $true
    foreach ($word in $Text.Trim() -split '\s+') {
        if (-not $isEmpty -and $line.Length + 1 + $word.Length -gt 80) {
            $line
            $line = ' ' * ($Indent + $Hanging)
            $isEmpty = $true
        }

        $line += if ($isEmpty) { $word } else { " $word" }
        $isEmpty = $false
    }

    $line
}

function ConvertTo-AboutText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Markdown)

    $inCode = $false
    $paragraph = [System.Collections.Generic.List[string]]::new()
    # One line more, so that the last paragraph ends as well.
    $lines = foreach ($line in $Markdown.TrimEnd().Split("`n") + '') {
        $isWord = -not $inCode -and $line -notmatch '^(```|#{1,3} |- |$)'
        if (-not $isWord -and $paragraph.Count) {
            $text = ConvertTo-PlainText -Markdown ($paragraph -join ' ')
            Format-Paragraph -Text $text -Indent 4 -Hanging $(if ($text.StartsWith('- ')) { 2 } else { 0 })
            $paragraph.Clear()
        }

        if ($line.StartsWith('```')) {
            $inCode = -not $inCode
        }
        elseif ($inCode) {
            "        $line".TrimEnd()
        }
        elseif ($line -match '^# (.+)$') {
            "TOPIC`n    $($Matches[1])"
        }
        elseif ($line -match '^## (.+)$') {
            $Matches[1].ToUpperInvariant()
        }
        elseif ($line -match '^### (.+)$') {
            "  $($Matches[1])"
        }
        elseif ($isWord -or $line.StartsWith('- ')) {
            $paragraph.Add($line)
        }
        else {
            ''
        }
    }

    ($lines -join "`n").TrimEnd() + "`n"
}
