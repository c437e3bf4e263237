using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>Modes: nobody else may write to the SOTA directory (the OTA client refuses it then) or read a secret.</summary>
internal sealed class PermissionCheck() : LocalCheck("Permissions")
{
    private const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    protected override CheckFinding Run(DiagnosisContext context)
    {
        // Throws where nobody may look.
        _ = context.Installed;
        if (IsOthers(context.SotaPath))
        {
            return CheckFinding.Failed(
                $"Others than its user may write to '{context.SotaPath}': the OTA client refuses to use it.", $"The next registration sets aside what is in it. If all of it is yours, keep it: chown root '{context.SotaPath}' && chmod 0700 '{context.SotaPath}'");
        }

        if (DirectoryTrust.FindDoubt(context.SotaPath) is (string words, string remedy))
        {
            return CheckFinding.Failed(words, remedy);
        }

        List<string> open = [.. Secrets(context).Where(path => File.Exists(path) && (File.GetUnixFileMode(path) & (OthersMayRead | OthersMayWrite)) != 0)];
        return open.Count > 0
            ? CheckFinding.Warning($"Others than the owner may read {string.Join(" and ", open.Select(path => $"'{path}'"))}.", $"chmod 0600 {string.Join(' ', open.Select(path => $"'{path}'"))}")
            : CheckFinding.Passed(Directory.Exists(context.SotaPath) ? $"Secrets are their owner's alone; '{context.SotaPath}' too" : $"Secrets are their owner's alone; '{context.SotaPath}' will be made");
    }

    private static bool IsOthers(string path)
    {
        using SafeFileHandle? directory = Posix.TryOpen(path, OpenFlags.PathOnly | OpenFlags.Directory);
        return directory is not null && !Posix.StatusOf(directory, path).IsOurs;
    }

    private static IEnumerable<string> Secrets(DiagnosisContext context)
    {
        string root = context.Inputs.Root;
        yield return context.Inputs.Options.ApiTokenPath
            ?? RootedPath.Resolve(root, ApiTokenSetting.FileOnDevice(context.Inputs));
        yield return RootedPath.Resolve(root, HsmFile.DefaultPath);
        yield return Path.Join(context.SotaPath, CredentialFileNames.PrivateKey);
        if (context.Installed.KeyFile != CredentialFileNames.PrivateKey)
        {
            yield return Path.Join(context.SotaPath, context.Installed.KeyFile);
        }

        yield return Path.Join(context.SotaPath, CredentialFileNames.SotaToml);
    }
}
