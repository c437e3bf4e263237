# The outcome as JUnit XML, which every CI system reads. A test suite for each file.

function Export-JUnitResult([object] $Result, [string] $Path) {
    $settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; CheckCharacters = $false }
    $xml = [System.Xml.XmlWriter]::Create($Path, $settings)
    try {
        $xml.WriteStartElement('testsuites')
        $xml.WriteAttributeString('tests', $Result.Tests.Count)
        $xml.WriteAttributeString('failures', $Result.FailedCount)
        foreach ($root in $Result.Roots) {
            Write-JUnitSuite $xml $root
        }

        $xml.WriteEndElement()
    }
    finally {
        $xml.Dispose()
    }
}

function Write-JUnitSuite([System.Xml.XmlWriter] $Xml, [object] $Root) {
    $Xml.WriteStartElement('testsuite')
    $Xml.WriteAttributeString('name', $Root.File)
    foreach ($test in @(Get-TestBelow $Root).Where({ $_.Result -ne 'NotRun' })) {
        Write-JUnitCase $Xml (Get-FullName $test) $Root.File $test.Duration $test.Result $test.Reason $test.Errors
    }

    foreach ($block in @(Get-BlockBelow $Root).Where({ $_.Errors.Count -gt 0 })) {
        Write-JUnitCase $Xml "$(Get-FullName $block) (block)" $Root.File ([timespan]::Zero) 'Failed' '' $block.Errors
    }

    $Xml.WriteEndElement()
}

function Write-JUnitCase {
    param(
        [System.Xml.XmlWriter] $Xml,
        [string] $Name,
        [string] $ClassName,
        [timespan] $Duration,
        [string] $Result,
        [string] $Reason,
        [System.Collections.IEnumerable] $Errors
    )

    $Xml.WriteStartElement('testcase')
    $Xml.WriteAttributeString('name', $Name)
    $Xml.WriteAttributeString('classname', $ClassName)
    $Xml.WriteAttributeString('time', $Duration.TotalSeconds.ToString('0.000', [cultureinfo]::InvariantCulture))
    if ($Result -eq 'Failed') {
        $text = (@(foreach ($record in $Errors) { Format-ErrorRecord $record }) -join "`n") + $Reason
        $Xml.WriteStartElement('failure')
        $Xml.WriteAttributeString('message', ($text -split '\r?\n')[0])
        $Xml.WriteString($text)
        $Xml.WriteEndElement()
    }
    elseif ($Result -ne 'Passed') {
        $Xml.WriteStartElement('skipped')
        $Xml.WriteAttributeString('message', $Reason)
        $Xml.WriteEndElement()
    }

    $Xml.WriteEndElement()
}
