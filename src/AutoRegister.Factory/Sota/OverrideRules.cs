using AutoRegister.Core.Configuration;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Sota;

/// <summary>What an override may be: what the device itself takes from a server. The device's own check is the one that is asked.</summary>
internal static class OverrideRules
{
    /// <summary>Refuses what must not be written, and returns the overrides as they are written; an empty value unsets its key.</summary>
    public static Dictionary<string, IReadOnlyDictionary<string, string>> Check(
        SotaKeys keys, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> overrides)
    {
        var good = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach ((string? section, IReadOnlyDictionary<string, string>? values) in overrides)
        {
            if (section == SotaKeys.TokenSection)
            {
                throw RefusedException.Malformed("the override section 'p11' is refused: the device writes that one itself");
            }

            good[section] = values.ToDictionary(pair => pair.Key, pair => Written(keys, section, pair.Key, pair.Value));
        }

        return good;
    }

    private static string Written(SotaKeys keys, string section, string key, string source)
    {
        string? complaint = source.Length == 0 && keys.KindOf(section, key) is not null
            ? null
            : SotaOverride.Read(keys, section, key, source, out source);
        return complaint is null ? source : throw RefusedException.Malformed($"the override '{FieldRules.Quote(section)}.{FieldRules.Quote(key)}' {complaint}");
    }
}
