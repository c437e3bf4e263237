using System.Management.Automation;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// What is each device's own on a line: a row of its list, by property names. What the devices share is in a configuration; what a
/// column is called elsewhere says the catalogue of settings.
/// </summary>
public abstract class DeviceRowCmdlet : LineCmdlet
{
    private protected const string RowSet = "Row";
    private RowColumns? columns;

    /// <summary>What all devices of a line are told to be; what is each one's own comes from its row.</summary>
    [Parameter(ParameterSetName = RowSet, Mandatory = true)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? BaseConfig { get; set; }

    /// <summary>The row itself: its columns are looked at, so that a misspelt one is an error. A column of your own is none.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The device name, usually its serial number; without it the UUID is used.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("DeviceName", "SerialNumber")]
    public string? Name { get; set; }

    /// <summary>The device UUID; without it one is found in the HSM or made.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Uuid { get; set; }

    /// <summary>The directory all paths of this device are below: its mounted image.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Root { get; set; }

    /// <summary>A directory of this machine that takes the place of this device's SOTA directory.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>The tags of this device, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>The group of this device, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Group")]
    public string? DeviceGroup { get; set; }

    /// <summary>The label of this device's token, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenLabelCompleter))]
    public string? TokenLabel { get; set; }

    /// <summary>The serial number of this device's token, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenSerialCompleter))]
    public string? TokenSerial { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        columns = ParameterSetName == RowSet && MyInvocation.ExpectingInput ? RowColumns.Of(this, RowSet) : null;
    }

    /// <summary>Requires that the row has no misspelt column: every device of the list would lack what it says, so the line ends before the first.</summary>
    private protected void RequireKnownColumns()
    {
        try
        {
            columns?.Check(InputObject);
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, InputObject));
        }
    }

    /// <summary>The configuration of the row's device.</summary>
    /// <param name="keyId">The row's id of key and certificate.</param>
    /// <exception cref="AutoRegisterException">The row says nothing of a device, or what cannot be used.</exception>
    private protected SotaConfig ConfigOfRow(string? keyId)
    {
        columns?.RequireAny(MyInvocation.BoundParameters.Keys);
        var row = new DeviceRow
        {
            Name = Cell(Name),
            Uuid = Cell(Uuid),
            Root = Cell(Root) is string root ? this.FileSystemPath(root) : null,
            OutputPath = Cell(Path) is string path ? this.FileSystemPath(path) : null,
            Tags = Tag?.Where(tag => !string.IsNullOrEmpty(tag)).ToArray() is { Length: > 0 } tags ? tags : null,
            DeviceGroup = Cell(DeviceGroup),
            TokenLabel = Cell(TokenLabel),
            TokenSerial = Cell(TokenSerial),
            KeyId = Cell(keyId),
        };
        try
        {
            return row.ApplyTo(BaseConfig!, Streams);
        }
        finally
        {
            if (!IsLine)
            {
                Streams.Write();
            }
        }
    }

    /// <summary>A cell of a list: one that is empty says nothing.</summary>
    private protected static string? Cell(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
