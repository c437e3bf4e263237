using System.Collections.ObjectModel;
using System.Management.Automation;
using AutoRegister.Core.Errors;
using Microsoft.PowerShell.Commands;

namespace AutoRegister.Cmdlets;

/// <summary>
/// From a path as PowerShell users write it (relative to <c>$PWD</c>, on a PSDrive, with the provider's name before it, below <c>~</c>) to
/// the file system's. Other providers have no files: a path of theirs is an error.
/// </summary>
internal static class FilePaths
{
    private static readonly char[] PatternCharacters = ['*', '?', '[', '`'];

    /// <summary>One file or directory, which need not exist; wildcard characters are part of its name.</summary>
    /// <param name="cmdlet">The cmdlet that was given the path.</param>
    internal static string FileSystemPath(this PSCmdlet cmdlet, string path)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        RequireFiles(cmdlet, path, provider);
        return full;
    }

    /// <summary>The files whose names match; a path without wildcard characters is its own match, whether it exists or not.</summary>
    /// <param name="cmdlet">The cmdlet that was given the path.</param>
    internal static IReadOnlyList<string> MatchingPaths(this PSCmdlet cmdlet, string pattern)
    {
        if (pattern.IndexOfAny(PatternCharacters) < 0)
        {
            return [cmdlet.FileSystemPath(pattern)];
        }

        try
        {
            Collection<string> found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
            RequireFiles(cmdlet, pattern, provider);
            return found;
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }

    /// <summary>One file or directory, where one is named.</summary>
    internal static string? OptionalPath(this PSCmdlet cmdlet, string? path) => path is null ? null : cmdlet.FileSystemPath(path);

    /// <summary>The one file that a pattern means. A name that comes through the pipeline is a file's first: names have brackets.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>, or <see cref="ErrorId.SettingInvalid"/>: it means several.</exception>
    internal static string OnePath(this PSCmdlet cmdlet, string pattern, bool comesByPipeline)
    {
        string named = cmdlet.FileSystemPath(pattern);
        if (comesByPipeline && File.Exists(named))
        {
            return named;
        }

        return cmdlet.MatchingPaths(pattern) switch
        {
            [string one] => one,
            [] => throw new AutoRegisterException(
                ErrorId.FileUnreadable, $"No file matches '{pattern}'.", "Correct the pattern; -LiteralPath takes a name with *, ? and [ as it is.", pattern),
            { Count: int count } => throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{pattern}' matches {count} files, and one directory cannot be that of several devices.",
                "Pipe them: Get-ChildItem ... | Import-DeviceEnrollment -Destination { \"work/$($_.BaseName)\" }",
                pattern),
        };
    }

    private static void RequireFiles(PSCmdlet cmdlet, string path, ProviderInfo provider)
    {
        if (provider.Name != FileSystemProvider.ProviderName)
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.From(new AutoRegisterException(
                ErrorId.SettingInvalid, $"'{path}' is a path of PowerShell's {provider.Name} provider, which has no files.", "Give a path of the file system.", path)));
        }
    }
}
