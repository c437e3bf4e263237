using System.Management.Automation;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>Finds the column of a device list that a misspelt name means. Not exported: it is for the station's script.</summary>
[Cmdlet(VerbsCommon.Find, "ListColumn")]
[OutputType(typeof(string))]
public sealed class FindListColumnCommand : PSCmdlet
{
    /// <summary>The name in the list.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>The columns there are.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string[] Known { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ListColumns.Near(Name, Known) is string meant)
        {
            WriteObject(meant);
        }
    }
}
