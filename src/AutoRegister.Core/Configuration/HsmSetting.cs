using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The token the device key lives in: parameters, else systemd credentials (PINs only), else <c>/etc/sota/hsm</c>.
/// When none of them says anything the key is a file. When any of them does, all of it must be there: a device that was
/// meant to have its key in a token must never silently get one in a file.
/// </summary>
internal static class HsmSetting
{
    /// <summary>Reads the settings.</summary>
    public static HsmSources? Read(SettingInputs inputs)
    {
        if (inputs.Options.NoHsm)
        {
            return null;
        }

        Sourced<Pkcs11Uri>? uri = Pkcs11Uri.Read(inputs.Given(SettingCatalogue.HsmUri));
        Sourced<string>? module = Pkcs11Uri.Agree(inputs.Given(SettingCatalogue.HsmModule), uri, "module-path", u => u.ModulePath);
        Sourced<Secret>? pin = null;
        Sourced<Secret>? soPin = null;
        try
        {
            pin = HsmPins.FromParameter(inputs, SettingCatalogue.HsmPin) ?? HsmPins.FromUri(uri, "/") ?? HsmPins.FromCredential(inputs, SettingCatalogue.HsmPin);
            soPin = HsmPins.FromParameter(inputs, SettingCatalogue.HsmSoPin) ?? HsmPins.FromCredential(inputs, SettingCatalogue.HsmSoPin);

            // Whoever gives all three by hand means no file.
            bool byHand = module is not null && IsByHand(pin) && IsByHand(soPin);
            using ConfigFile? file = byHand || inputs.Options.IgnoreDeviceFiles ? null : ConfigFile.TryRead(inputs.Root, HsmFile.DefaultPath);
            if (file is null && module is null && pin is null && soPin is null && uri is null)
            {
                return null;
            }

            if (file is { Status: FileStatus status })
            {
                FileTrust.Require(status, file.Name, "which code is loaded");
                FileTrust.Notice(file, "the PINs", inputs.Observer);
            }

            using HsmFile? parsed = file is null ? null : HsmFile.Parse(file, inputs.Observer);
            module ??= parsed?.Module;
            pin ??= HsmPins.FromFile(parsed, inputs.Root);
            soPin ??= HsmPins.Copy(parsed?.SoPin);
            string path = RootedPath.Shown(inputs.Root, HsmFile.DefaultPath);
            RequireAll(path, parsed, module, pin, soPin);
            var found = new HsmSources(module!.Value, pin!.Value, soPin!.Value, TokenSettings.Read(inputs, uri, parsed))
            {
                Uri = inputs.Given(SettingCatalogue.HsmUri) ?? parsed?.UriText,
                CallTimeout = parsed?.CallTimeout,
                FilePath = path,
                ModuleParameters = inputs.Given(SettingCatalogue.HsmModuleParameters),
                ReplaceKeys = parsed?.ReplaceKeys ?? false,
                NamedKey = uri?.Value.Key ?? parsed?.Uri?.Value.Key,
            };
            RequireUsable(found);
            return found;
        }
        catch (AutoRegisterException)
        {
            pin?.Value.Dispose();
            soPin?.Value.Dispose();
            throw;
        }
    }

    private static bool IsByHand(Sourced<Secret>? pin) => (pin?.Source.NamedBy ?? pin?.Source)?.Kind == SettingSourceKind.Parameter;

    private static void RequireAll(string path, HsmFile? file, Sourced<string>? module, Sourced<Secret>? pin, Sourced<Secret>? soPin)
    {
        (string Name, string Otherwise, SettingSource? Source)[] all =
        [
            Place(SettingCatalogue.HsmModule, module?.Source),
            Place(SettingCatalogue.HsmPin, pin?.Source),
            Place(SettingCatalogue.HsmSoPin, soPin?.Source),
        ];
        string[] missing = [.. all.Where(one => one.Source is null).Select(one => one.Name)];
        if (missing.Length == 0)
        {
            return;
        }

        // What stands there in their place is most likely what was meant for them.
        IReadOnlyList<(string Found, string Remedy)> instead = file?.Instead(missing) ?? [];
        string lack = file is not null
            ? $"{path} lacks {string.Join(" and ", missing)}"
            : $"The key is to be in a token ({NearestName.Words([.. all.Where(one => one.Source is not null).Select(one => one.Source!.Place).DefaultIfEmpty("-Pkcs11Uri")])}), but nothing says {NearestName.Words(missing, "or")}";
        throw new AutoRegisterException(
            ErrorId.HsmSettingMissing,
            $"{string.Join("; ", instead.Select(one => one.Found).Prepend(lack))}.",
            instead.Count > 0
                ? string.Join(' ', instead.Select(one => one.Remedy).Distinct())
                : $"Write {NearestName.Words(missing)} into {path}, or {string.Join(", ", all.Where(one => one.Source is null).Select(one => one.Otherwise))}{(file is null ? string.Empty : $"; without {path} the key is in a file")}.",
            file is null ? missing[0] : path);
    }

    private static (string Name, string Otherwise, SettingSource? Source) Place(SettingDefinition setting, SettingSource? found) =>
        (setting.FileKey!, $"give -{setting.Parameter}{(setting.Credential is string credential ? $" or the systemd credential {credential}" : string.Empty)}", found);

    private static void RequireUsable(HsmSources hsm)
    {
        Require(hsm.Module.Source, "HSM module", HsmRules.ModuleProblem(hsm.Module.Value));
        Require(hsm.Pin.Source, "user PIN", HsmRules.PinProblem(hsm.Pin.Value.Utf8));
        Require(hsm.Token.Label.Source, "token label", HsmRules.LabelProblem(hsm.Token.Label.Value));
        if (!File.Exists(hsm.Module.Value))
        {
            throw new AutoRegisterException(
                ErrorId.HsmModuleNotFound,
                $"{hsm.Module.Source}: there is no PKCS#11 module {hsm.Module.Value} on this machine.",
                $"Install the module, or correct {hsm.Module.Source.Place}.",
                hsm.Module.Value);
        }

        using SafeFileHandle? module = Posix.TryOpenRegular(hsm.Module.Value, out FileStatus found, out _);
        FileTrust.Require(found, hsm.Module.Value, $"which code is run ({hsm.Module.Source} names it)");
    }

    private static void Require(SettingSource source, string thing, string? problem)
    {
        if (problem is not null)
        {
            throw new AutoRegisterException(
                ErrorId.HsmSettingUnusable, $"{source}: the {thing} cannot be used: {problem}.", $"Choose another {thing}, and {source.Put}.", source.ToString());
        }
    }
}
