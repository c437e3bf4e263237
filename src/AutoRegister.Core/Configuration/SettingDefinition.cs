using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>One setting: what each place that can say it calls it, and how it is read. The instances are in <see cref="SettingCatalogue"/>.</summary>
public abstract class SettingDefinition
{
    private protected SettingDefinition(string name)
    {
        Name = name;
        Given = name;
    }

    /// <summary>Its name in <see cref="SotaConfig.Settings"/>: the property, with <c>Hsm.</c> before one of the token.</summary>
    public string Name { get; }

    /// <summary>The property of <see cref="SotaConfigOptions"/> that holds what a caller says.</summary>
    internal string Given { get; init; }

    /// <summary>The parameter of <c>Get-SotaConfig</c>; <see langword="null"/> for none that says the value itself.</summary>
    public string? Parameter { get; init; }

    /// <summary>The parameter's aliases.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The name by which messages call the parameter: itself or one of its aliases.</summary>
    public string Said => SaidAs ?? Parameter ?? Name;

    /// <summary><see cref="Said"/>, where that is not the parameter.</summary>
    internal string? SaidAs { get; init; }

    /// <summary>A switch that turns off what is on by default.</summary>
    public string? OffSwitch { get; init; }

    /// <summary>The parameter that names a file with the value.</summary>
    public string? PathParameter { get; init; }

    /// <summary>The option of <c>lmp-device-register</c>, without its dashes.</summary>
    public string? Option { get; init; }

    /// <summary>Our own option of that command for the same.</summary>
    public string? OwnOption { get; init; }

    /// <summary>Our option of that command for a file with the value, which no list of processes shows.</summary>
    public string? FileOption { get; init; }

    /// <summary>The variable of the environment; of an API token the one that names its file.</summary>
    public string? Variable { get; init; }

    /// <summary>The systemd credential.</summary>
    public string? Credential { get; init; }

    /// <summary>The file or directory on the device.</summary>
    public string? File { get; init; }

    /// <summary>What the value is called in that file, where it is one of several.</summary>
    public string? FileKey { get; init; }

    /// <summary>What is built in, as text.</summary>
    public string? Default { get; init; }

    /// <summary>When it is read.</summary>
    internal ReadingTurn Turn { get; init; } = ReadingTurn.Unchecked;

    /// <summary>What kind of value it has.</summary>
    public abstract SettingKind Kind { get; }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    /// <summary>The source of a value that the parameter gave.</summary>
    internal SettingSource FromParameter => SettingInputs.FromParameter(Said);

    /// <summary>Reads it into a draft, when it is its turn.</summary>
    internal abstract void Read(SotaConfigDraft draft, ReadingTurn turn);

    /// <summary>Puts what was read into a configuration; what nobody says stays as it is there.</summary>
    internal abstract SotaConfig Put(SotaConfigDraft draft, SotaConfig config);

    /// <summary>What was read and where, as a person reads it.</summary>
    internal abstract Setting Describe(SotaConfigDraft draft);

    /// <summary>Says the same as a description of a device does; nothing where it is not of the device.</summary>
    internal abstract SotaConfigOptions Repeat(DeviceDescription device, SotaConfigOptions options);
}
