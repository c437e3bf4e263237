using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The apps: parameter, else <c>APPS</c>, else what the image has below <c>compose-apps</c>. Upstream joins the output of
/// <c>ls</c> with commas and so splits names at blanks; here a name stays one name.
/// </summary>
internal static class AppList
{
    /// <summary>Reads the apps to run; none means all apps of the target.</summary>
    public static Sourced<IReadOnlyList<string>>? Read(SettingLayers from)
    {
        SettingInputs inputs = from.Inputs;
        if (from.Parameter<IReadOnlyList<string>>() is { } given)
        {
            return Check(given, inputs.Observer);
        }

        if (inputs.Options.IgnoreDeviceFiles)
        {
            return SettingInputs.Default<IReadOnlyList<string>>([]);
        }

        if (from.Variable is { } listed)
        {
            string[] names = listed.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return names.Length > 0
                ? Check(new Sourced<IReadOnlyList<string>>(names, listed.Source), inputs.Observer)
                : throw Invalid(listed.Source, "the list names no app");
        }

        string sotaDirectory = from.Draft.Value(SettingCatalogue.SotaDirectory)!.Value.Value;
        string directory = RootedPath.Shown(inputs.Root, Path.Join(sotaDirectory, "compose-apps"));
        if (IsOthers(inputs.Root, sotaDirectory))
        {
            inputs.Observer.ReportWarning($"Others may write to '{RootedPath.Shown(inputs.Root, sotaDirectory)}': the apps in it are not taken. Name them with -App or APPS.");
            return SettingInputs.Default<IReadOnlyList<string>>([]);
        }

        return Preloaded(directory) is { Length: > 0 } found
            ? Check(new Sourced<IReadOnlyList<string>>(found, new SettingSource(SettingSourceKind.File, directory)), inputs.Observer)
            : SettingInputs.Default<IReadOnlyList<string>>([]);
    }

    /// <summary>Reads the restorable apps, which only a parameter can name.</summary>
    public static Sourced<IReadOnlyList<string>>? ReadRestorable(SettingLayers from) =>
        from.Parameter<IReadOnlyList<string>>() is { } given ? Check(given, from.Inputs.Observer) : null;

    // The registration sets aside what is in such a directory.
    private static bool IsOthers(string root, string sotaDirectory)
    {
        string path = RootedPath.Resolve(root, sotaDirectory);
        using SafeFileHandle? directory = Posix.TryOpen(path, OpenFlags.PathOnly | OpenFlags.Directory);
        return directory is not null && Directory.Exists(Path.Join(path, "compose-apps")) && !Posix.StatusOf(directory, path).IsOurs;
    }

    // What ls shows: no dot files, in the order of bytes that LC_ALL=C gives.
    private static string[] Preloaded(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? [.. Directory.EnumerateFileSystemEntries(directory).Select(p => Path.GetFileName(p)).Where(n => n[0] != '.').Order(StringComparer.Ordinal)]
                : [];
        }
        catch (IOException e)
        {
            throw Unreadable(directory, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable(directory, e);
        }
    }

    private static Sourced<IReadOnlyList<string>> Check(Sourced<IReadOnlyList<string>> apps, IRegistrationObserver observer)
    {
        foreach (string name in apps.Value)
        {
            string? problem = string.IsNullOrWhiteSpace(name) ? "an app name is empty"
                : Characters.Unprintable(name) is string wrong ? $"an app name has {wrong}"
                : name.AsSpan().ContainsAny(",\"\\") ? $"the app name {Characters.Quote(name)} has a comma, quote or backslash"
                : null;
            if (problem is not null)
            {
                throw Invalid(apps.Source, problem);
            }

            if (name.Contains(' ', StringComparison.Ordinal))
            {
                observer.ReportWarning($"{apps.Source}: the app name {Characters.Quote(name)} has a blank. It is sent as one name; rename it if the OTA client does not know it.");
            }
        }

        return apps;
    }

    private static AutoRegisterException Unreadable(string directory, Exception cause) => new(
        ErrorId.FileUnreadable, $"{directory} cannot be read: {cause.Message}", "Give the apps with -App or APPS.", directory, cause);

    private static AutoRegisterException Invalid(SettingSource source, string problem) => new(
        ErrorId.AppsInvalid,
        $"{source}: {problem}.",
        "The names go into the OTA client's configuration as one comma list: name apps without commas, quotes, backslashes and control characters.",
        source.ToString());
}
