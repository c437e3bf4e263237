# Values in failure messages: short, and such that different values look different.

function Format-Value([object] $Value, [int] $Depth = 0) {
    if ($null -eq $Value) { return '$null' }
    if ($Value -is [string]) { return $(if ($Value -eq '') { '<empty>' } else { "'$Value'" }) }
    if ($Value -is [bool]) { return "`$$Value".ToLowerInvariant() }
    if ($Value -is [datetime] -or $Value -is [System.DateTimeOffset]) { return $Value.ToString('o') }
    if ($Value -is [type]) { return "[$Value]" }
    if ($Value -is [scriptblock]) { return "{$Value}" }
    if ($Depth -lt 3) {
        if ($Value -is [System.Collections.IDictionary]) { return Format-Dictionary $Value $Depth }
        if ($Value -is [System.Collections.IEnumerable]) { return Format-Collection $Value $Depth }
    }

    return [string]$Value
}

function Format-Collection([System.Collections.IEnumerable] $Collection, [int] $Depth) {
    $limit = 10
    $count = 0
    $elements = [System.Collections.Generic.List[string]]::new()
    foreach ($element in $Collection) {
        if ($count -lt $limit) {
            $elements.Add((Format-Value $element ($Depth + 1)))
        }

        $count++
    }

    if ($count -gt $limit) {
        $elements.Add("… $($count - $limit) more")
    }

    "@($($elements -join ', '))"
}

function Format-Dictionary([System.Collections.IDictionary] $Dictionary, [int] $Depth) {
    $entries = foreach ($entry in $Dictionary.GetEnumerator()) {
        "$($entry.Key) = $(Format-Value $entry.Value ($Depth + 1))"
    }

    "@{ $(@($entries) -join '; ') }"
}

# Where two strings part, and what is there. Strings are cut to what surrounds that place.
function Format-Difference([string] $Expected, [string] $Actual, [switch] $CaseSensitive) {
    $comparison = if ($CaseSensitive) { 'Ordinal' } else { 'OrdinalIgnoreCase' }
    $index = 0
    while ($index -lt $Expected.Length -and $index -lt $Actual.Length -and
        [string]::Equals([string]$Expected[$index], [string]$Actual[$index], $comparison)) {
        $index++
    }

    $lengths = if ($Expected.Length -eq $Actual.Length) { '' } else { ", lengths $($Expected.Length) and $($Actual.Length)" }
    @(
        "they differ at index $index$lengths."
        "Expected: '$(Format-Excerpt $Expected $index)'"
        "But got:  '$(Format-Excerpt $Actual $index)'"
    ) -join "`n"
}

function Format-Excerpt([string] $Text, [int] $Index) {
    $start = [Math]::Max(0, $Index - 40)
    $end = [Math]::Min($Text.Length, $Index + 80)
    $cut = if ($start -lt $end) { $Text.Substring($start, $end - $start) } else { '' }
    $visible = $cut.Replace("`r", '\r').Replace("`n", '\n').Replace("`t", '\t').Replace("`0", '\0')
    "$(if ($start -gt 0) { '…' })$visible$(if ($end -lt $Text.Length) { '…' })"
}

# " because it must," or nothing.
function Format-Reason([string] $Because) {
    $reason = ($Because.Trim() -replace '^because\s+', '')
    if ($reason) { " because $reason," } else { '' }
}
