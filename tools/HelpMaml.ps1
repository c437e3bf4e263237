# Makes MAML, the XML that Get-Help reads, of a help page and the cmdlet it is about.

$CommonParameters = [System.Management.Automation.Cmdlet]::CommonParameters

function ConvertTo-XmlText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    [System.Security.SecurityElement]::Escape($Text)
}

# Paragraphs; a list or a code block stays one paragraph with its lines.
function ConvertTo-Paragraph {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Markdown)

    $paragraphs = foreach ($part in ($Markdown.Trim() -split '\n{2,}')) {
        if ($part) {
            $plain = if ($part -match '(?m)^([-|]|```|    )') { $part -replace '(?m)^```.*\n?', '' } else { $part -replace '\s*\n\s*', ' ' }
            "<maml:para>$(ConvertTo-XmlText -Text (ConvertTo-PlainText -Markdown $plain))</maml:para>"
        }
    }

    $paragraphs -join ''
}

function ConvertTo-ParameterMaml {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.CommandParameterInfo] $Parameter,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Description,
        [switch] $ForSyntax
    )

    $pipeline = @(
        if ($Parameter.ValueFromPipeline) { 'ByValue' }
        if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
    ) -join ', '
    $pipelineInput = if ($pipeline) { "true ($pipeline)" } else { 'false' }
    $position = if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }
    $globbing = "$(@($Parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0)".ToLowerInvariant()
    $aliases = if ($Parameter.Aliases.Count) { $Parameter.Aliases -join ', ' } else { 'none' }
    $type = $Parameter.ParameterType
    $shown = [Nullable]::GetUnderlyingType($type) ?? $type
    $isSwitch = $type -eq [System.Management.Automation.SwitchParameter]
    $value = if ($isSwitch -and $ForSyntax) { '' } else { "<command:parameterValue required=`"$((-not $isSwitch).ToString().ToLowerInvariant())`" variableLength=`"false`">$($shown.Name)</command:parameterValue>" }
    "<command:parameter required=`"$($Parameter.IsMandatory.ToString().ToLowerInvariant())`" variableLength=`"true`" globbing=`"$globbing`" pipelineInput=`"$pipelineInput`" position=`"$position`" aliases=`"$aliases`">" +
    "<maml:name>$($Parameter.Name)</maml:name><maml:description>$(ConvertTo-Paragraph -Markdown $Description)</maml:description>" +
    "$value<dev:type><maml:name>$($shown.Name)</maml:name><maml:uri /></dev:type><dev:defaultValue>$(if ($isSwitch) { 'False' } else { 'None' })</dev:defaultValue></command:parameter>"
}

function ConvertTo-TypeMaml {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Type,
        [Parameter(Mandatory)] [string] $Element
    )

    $items = foreach ($entry in $Type.GetEnumerator()) {
        "<command:$Element><dev:type><maml:name>$(ConvertTo-XmlText -Text $entry.Key)</maml:name></dev:type><maml:description>$(ConvertTo-Paragraph -Markdown $entry.Value)</maml:description></command:$Element>"
    }

    "<command:${Element}s>$($items -join '')</command:${Element}s>"
}

function ConvertTo-Maml {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [hashtable] $Page,
        [Parameter(Mandatory)] [System.Management.Automation.CmdletInfo] $Command
    )

    $known = [ordered]@{}
    $syntax = foreach ($set in $Command.ParameterSets) {
        $own = @($set.Parameters | Where-Object Name -NotIn $CommonParameters)
        foreach ($parameter in $own) {
            $known[$parameter.Name] = $parameter
        }

        "<command:syntaxItem><maml:name>$($Command.Name)</maml:name>$(($own | ForEach-Object { ConvertTo-ParameterMaml -Parameter $_ -Description "$($Page.Parameters[$_.Name])" -ForSyntax }) -join '')</command:syntaxItem>"
    }

    $parameters = $known.Values | ForEach-Object { ConvertTo-ParameterMaml -Parameter $_ -Description "$($Page.Parameters[$_.Name])" }
    $examples = foreach ($example in $Page.Examples) {
        "<command:example><maml:title>$(ConvertTo-XmlText -Text $example.Title)</maml:title><dev:code>$(ConvertTo-XmlText -Text $example.Code)</dev:code><dev:remarks>$(ConvertTo-Paragraph -Markdown $example.Remarks)<maml:para /></dev:remarks></command:example>"
    }

    $notes = if ($Page.Section.Contains('NOTES')) { "<maml:alertSet><maml:alert>$(ConvertTo-Paragraph -Markdown $Page.Section['NOTES'])</maml:alert></maml:alertSet>" } else { '' }
    $related = foreach ($line in "$($Page.Section['RELATED LINKS'])".Split("`n")) {
        if ($line.Trim('- ')) {
            "<maml:navigationLink><maml:linkText>$(ConvertTo-XmlText -Text (ConvertTo-PlainText -Markdown $line.Trim('- ')))</maml:linkText><maml:uri /></maml:navigationLink>"
        }
    }

    "<command:command xmlns:maml=`"http://schemas.microsoft.com/maml/2004/10`" xmlns:command=`"http://schemas.microsoft.com/maml/dev/command/2004/10`" xmlns:dev=`"http://schemas.microsoft.com/maml/dev/2004/10`">" +
    "<command:details><command:name>$($Command.Name)</command:name><command:verb>$($Command.Verb)</command:verb><command:noun>$($Command.Noun)</command:noun><maml:description>$(ConvertTo-Paragraph -Markdown $Page.Section['SYNOPSIS'])</maml:description></command:details>" +
    "<maml:description>$(ConvertTo-Paragraph -Markdown $Page.Section['DESCRIPTION'])</maml:description><command:syntax>$($syntax -join '')</command:syntax>" +
    "<command:parameters>$($parameters -join '')</command:parameters>$(ConvertTo-TypeMaml -Type $Page.Inputs -Element 'inputType')$(ConvertTo-TypeMaml -Type $Page.Outputs -Element 'returnValue')" +
    "$notes<command:examples>$($examples -join '')</command:examples><command:relatedLinks>$($related -join '')</command:relatedLinks></command:command>"
}
