using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Looks a setting up in the table a person reads.</summary>
internal static class SettingAssert
{
    public static void Is(SotaConfig config, string name, string value, string source)
    {
        Setting setting = Assert.Single(config.Settings, s => s.Name == name);
        Assert.Equal((value, source.StartsWith('/') && !source.StartsWith(config.Root, StringComparison.Ordinal) ? DevicePath.Below(config.Root, source) : source), (setting.Value, setting.Source.ToString()));
    }

    public static string Text(Secret? secret) => Encoding.UTF8.GetString(Assert.IsType<Secret>(secret).Utf8);
}
