using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>A setting with a value of its kind.</summary>
/// <typeparam name="T">The kind: text, flag, list, URL, secret.</typeparam>
internal sealed class TypedSetting<T>(string name) : SettingDefinition(name)
    where T : notnull
{
    /// <summary>Reads and checks it: nothing where nobody says it, and it has no default.</summary>
    internal required Func<SettingLayers, Sourced<T>?> Find { get; init; }

    /// <summary>What the image says where nobody chose a value for the device; asked at <see cref="ReadingTurn.Image"/>.</summary>
    internal Func<SettingLayers, Sourced<T>>? FindInImage { get; init; }

    /// <summary>Where a configuration has it; <see langword="null"/> for a part of something larger.</summary>
    internal Func<SotaConfig, T, SotaConfig>? Set { get; init; }

    /// <summary>Where a description has it, if it says who the device is and goes with it from machine to machine.</summary>
    internal Func<DeviceDescription, object?>? OfDevice { get; init; }

    /// <inheritdoc/>
    public override SettingKind Kind => typeof(T) == typeof(bool) ? SettingKind.Flag
        : typeof(T) == typeof(Secret) ? SettingKind.Secret
        : typeof(T) == typeof(IReadOnlyList<string>) ? SettingKind.List
        : SettingKind.Text;

    /// <summary>Reads this setting alone.</summary>
    /// <exception cref="Errors.AutoRegisterException">The value cannot be used.</exception>
    internal Sourced<T>? ReadFrom(SettingInputs inputs)
    {
        using var draft = new SotaConfigDraft(inputs);
        return Find(new SettingLayers(this, draft));
    }

    internal override void Read(SotaConfigDraft draft, ReadingTurn turn)
    {
        var layers = new SettingLayers(this, draft);
        if (turn == Turn)
        {
            draft.Keep(this, Find(layers));
        }
        else if (turn == ReadingTurn.Image && FindInImage is not null && draft.Value(this) is null)
        {
            draft.Keep(this, FindInImage(layers));
        }
    }

    internal override SotaConfig Put(SotaConfigDraft draft, SotaConfig config) =>
        Set is not null && draft.Value(this) is { } found ? Set(config, found.Value) : config;

    internal override Setting Describe(SotaConfigDraft draft) =>
        draft.Value(this) is { } found ? new Setting(Name, Text(found.Value), found.Source) : new Setting(Name, string.Empty, SettingSource.Default);

    internal override SotaConfigOptions Repeat(DeviceDescription device, SotaConfigOptions options) =>
        OfDevice is null ? options : options.Saying(Given, OfDevice(device));

    private static string Text(T value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Secret secret => secret.ToString(),
        IEnumerable<string> list => string.Join(',', list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
