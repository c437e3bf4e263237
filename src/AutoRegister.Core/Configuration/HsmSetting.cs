using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The token the device key lives in: parameters, else systemd credentials (PINs only), else <c>/etc/sota/hsm</c>.
/// When none of them says anything the key is a file. When any of them does, all of it must be there: a device that was
/// meant to have its key in a token must never silently get one in a file.
/// </summary>
internal static class HsmSetting
{
    private const string FileAction = $"Write HSM_MODULE, HSM_PIN and HSM_SOPIN into {HsmFile.DefaultPath}, or remove it for a software key.";

    /// <summary>Reads the settings.</summary>
    public static HsmSources? Read(SettingInputs inputs)
    {
        if (inputs.Options.NoHsm)
        {
            return null;
        }

        Pkcs11Uri? uri = inputs.Options.Pkcs11Uri is string text ? Pkcs11Uri.Parse(text) : null;
        var module = TokenSettings.One("HsmModule", inputs.Options.HsmModule, uri?.ModulePath);
        Sourced<Secret>? pin = null;
        Sourced<Secret>? soPin = null;
        bool replaceKeys = false;
        try
        {
            pin = Copy("HsmPin", inputs.Options.HsmPin) ?? FromPinSource(uri) ?? FromCredential(inputs, "hsm-pin");
            soPin = Copy("HsmSoPin", inputs.Options.HsmSoPin) ?? FromCredential(inputs, "hsm-so-pin");
            if (module is null || pin is null || soPin is null)
            {
                using var file = inputs.Options.IgnoreDeviceFiles ? null : ConfigFile.TryRead(inputs.Root, HsmFile.DefaultPath);
                if (file is null && module is null && pin is null && soPin is null && uri is null)
                {
                    return null;
                }

                if (file is { Status: FileStatus status })
                {
                    FileTrust.Require(status, file.Name, "which code is loaded");
                    FileTrust.Notice(file, "the PINs", inputs.Observer);
                }

                using var parsed = file is null ? null : HsmFile.Parse(file, inputs.Observer);
                module ??= parsed?.Module is { } m ? new Sourced<string>(Encoding.UTF8.GetString(m.Value.Utf8), file!.At(m.Line)) : null;
                pin ??= FromFile(file, parsed?.Pin);
                soPin ??= FromFile(file, parsed?.SoPin);
                replaceKeys = parsed?.ReplaceKeys ?? false;
                RequireAll(file, module, pin, soPin);
            }

            var found = new HsmSources(module!.Value, pin!.Value, soPin!.Value, TokenSettings.Read(inputs, uri))
            {
                ModuleParameters = SettingInputs.Parameter("HsmModuleParameter", inputs.Options.HsmModuleParameter),
                ReplaceKeys = replaceKeys,
                NamedKey = uri?.ObjectLabel is null && uri?.ObjectId is null ? null : new KeyReference(uri.ObjectLabel, uri.ObjectId),
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

    private static void RequireAll(ConfigFile? file, Sourced<string>? module, Sourced<Secret>? pin, Sourced<Secret>? soPin)
    {
        var missing = new List<string>();
        Note(module is null, "HSM_MODULE");
        Note(pin is null, "HSM_PIN");
        Note(soPin is null, "HSM_SOPIN");
        if (missing.Count > 0)
        {
            throw new AutoRegisterException(
                ErrorId.HsmSettingMissing,
                $"{(file is null ? "The HSM settings lack" : file.Name + " lacks")} {string.Join(" and ", missing)}.",
                FileAction,
                file?.Name ?? missing[0]);
        }

        void Note(bool absent, string name)
        {
            if (absent)
            {
                missing.Add(name);
            }
        }
    }

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
                "Install the module, or correct its path.",
                hsm.Module.Value);
        }

        using SafeFileHandle? module = RegularFile.TryOpen(hsm.Module.Value, out FileStatus found, out _);
        FileTrust.Require(found, hsm.Module.Value, "which code is run");
    }

    private static void Require(SettingSource source, string thing, string? problem)
    {
        if (problem is not null)
        {
            throw new AutoRegisterException(
                ErrorId.HsmSettingUnusable, $"{source}: the {thing} cannot be used: {problem}.", $"Choose another {thing}.", source.ToString());
        }
    }

    private static Sourced<Secret>? Copy(string name, Secret? given) =>
        given is { Length: > 0 } ? new Sourced<Secret>(Secret.FromUtf8(given.Utf8), SettingInputs.FromParameter(name)) : null;

    private static Sourced<Secret>? FromFile(ConfigFile? file, ShellAssignment? assignment) =>
        assignment is null ? null : new Sourced<Secret>(Secret.FromUtf8(assignment.Value.Utf8), file!.At(assignment.Line));

    private static Sourced<Secret>? FromPinSource(Pkcs11Uri? uri)
    {
        if (uri?.PinPath is not string path)
        {
            return null;
        }

        using ConfigFile file = ConfigFile.TryRead("/", path)
            ?? throw new AutoRegisterException(ErrorId.FileUnreadable, $"The PIN file '{path}' that the PKCS#11 URI names is not there.", "Correct pin-source.", path);
        return PinIn(file, path, SettingInputs.FromParameter("Pkcs11Uri"));
    }

    private static Sourced<Secret>? FromCredential(SettingInputs inputs, string name)
    {
        using var file = inputs.Options.IgnoreDeviceFiles ? null : inputs.Credential(name);
        return file is null ? null : PinIn(file, $"credential {name}", SettingInputs.FromCredential(name));
    }

    private static Sourced<Secret> PinIn(ConfigFile file, string name, SettingSource source)
    {
        var pin = ConfigLine.Only(file, ErrorId.HsmSettingUnusable, "PIN", out var number, keepBlanks: true);
        return number > 0
            ? new Sourced<Secret>(Secret.FromUtf8(pin), source)
            : throw new AutoRegisterException(ErrorId.HsmSettingMissing, $"The {name} is empty.", "Put the PIN into it, or remove it.", name);
    }
}
