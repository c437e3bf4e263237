using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// A configuration while it is read: each value with its source. Whatever ends the reading early, the secrets read so
/// far are disposed of with it.
/// </summary>
/// <param name="inputs">The layers that values come from.</param>
internal sealed class SotaConfigDraft(SettingInputs inputs) : IDisposable
{
    private readonly Dictionary<SettingDefinition, object> values = [];
    private HsmSources? hsm;
    private OsRelease? image;
    private bool completed;

    /// <summary>The layers that values come from.</summary>
    internal SettingInputs Inputs => inputs;

    /// <summary>The image's os-release, read once, and not before somebody asks.</summary>
    internal OsRelease Image => image ??= OsRelease.Read(inputs.Root);

    /// <summary>Reads all settings.</summary>
    /// <exception cref="Errors.AutoRegisterException">The first problem.</exception>
    internal void Read()
    {
        for (ReadingTurn turn = ReadingTurn.Directories; turn <= ReadingTurn.Unchecked; turn++)
        {
            hsm ??= turn == ReadingTurn.Hsm ? HsmSetting.Read(inputs) : null;
            foreach (SettingDefinition setting in SettingCatalogue.All)
            {
                setting.Read(this, turn);
            }
        }
    }

    /// <summary>The token's settings, which are read together; <see langword="null"/> for a key file.</summary>
    internal HsmSources? Hsm => hsm;

    /// <summary>What was read of a setting; nothing where nobody says it.</summary>
    internal Sourced<T>? Value<T>(TypedSetting<T> setting)
        where T : notnull => values.TryGetValue(setting, out object? found) ? (Sourced<T>)found : null;

    /// <summary>Keeps what was read of a setting.</summary>
    internal void Keep<T>(TypedSetting<T> setting, Sourced<T>? found)
        where T : notnull
    {
        if (found is { } value)
        {
            values[setting] = value;
        }
    }

    /// <summary>Makes the configuration, which owns the secrets from then on.</summary>
    internal SotaConfig Complete()
    {
        completed = true;
        SotaConfig config = SettingCatalogue.All.Aggregate(SotaConfig.Unread, (config, setting) => setting.Put(this, config));
        return config with
        {
            ApiTokenFile = ApiTokenSetting.FileOf(Value(SettingCatalogue.ApiToken), inputs),
            Hsm = hsm?.Settings,
            Settings = [.. SettingCatalogue.All.Select(setting => setting.Describe(this))],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!completed)
        {
            Value(SettingCatalogue.ApiToken)?.Value.Dispose();
            hsm?.Dispose();
        }
    }
}
