using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Settings;

/// <summary>Reads the configuration of a server: a JSON file, and over it the environment.</summary>
internal static class SettingsReader
{
    /// <summary>What each variable begins with.</summary>
    public const string EnvironmentPrefix = "LMP_FACTORY_";

    /// <summary>Reads a file. Relative paths in it are left as they are.</summary>
    /// <exception cref="ExitException">It is not there, is no JSON, or has a setting that is none.</exception>
    public static ServeSettings Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new ExitException(ExitCode.NoInput, $"the configuration {path} does not exist");
        }

        try
        {
            var settings = new ServeSettings();
            new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(path), optional: false, reloadOnChange: false)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .Build()
                .Bind(settings, options => options.ErrorOnUnknownConfiguration = true);
            return settings;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FormatException)
        {
            throw new ExitException(
                ExitCode.Configuration, $"{path} or a variable {EnvironmentPrefix}… can't be read: {(e.InnerException ?? e).Message}");
        }
    }
}
