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
        catch (InvalidOperationException e)
        {
            // It names the setting; what is inside of it only the value.
            throw new ExitException(ExitCode.Configuration, $"{path} or a variable {EnvironmentPrefix}… does not fit: {e.Message}");
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} can't be read: {e.GetBaseException().Message}");
        }
    }
}
