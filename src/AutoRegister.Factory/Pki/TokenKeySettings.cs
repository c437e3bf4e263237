using System.Security.Cryptography;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Which key in which token is the device CA's, from a <c>pkcs11:</c> URI (RFC 7512), and the token's user PIN.</summary>
internal sealed record TokenKeySettings : IDisposable
{
    /// <summary>What such a URI begins with.</summary>
    public const string Scheme = "pkcs11:";

    /// <summary>The systemd credential with the PIN, where the URI names no file.</summary>
    public const string PinCredential = "hsm-pin";

    /// <summary>How many sessions are opened at most: what a signature takes in the network is bounded by fewer.</summary>
    public const int MostSessions = 64;

    private const string Example = "pkcs11:token=factory;object=device-ca?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/credentials/…";

    /// <summary>Module, token and PIN.</summary>
    public required HsmSettings Hsm { get; init; }

    /// <summary>The key's label, id or both.</summary>
    public required KeyReference Key { get; init; }

    /// <summary>In how many sessions the key signs at once.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Reads a URI and the PIN's file.</summary>
    /// <param name="sessions">In how many sessions the key signs at once; more than one where the module serves several threads.</param>
    /// <exception cref="ExitException">The URI cannot be used, or the PIN's file.</exception>
    public static TokenKeySettings Read(string text, int sessions = 1)
    {
        Pkcs11Uri uri = Parse(text);
        string module = uri.ModulePath ?? throw Unusable($"it names no module (module-path), as in {Example}");
        string label = uri.Token ?? throw Unusable($"it names no token (token), as in {Example}");
        KeyReference key = uri.Key ?? throw Unusable($"it names no key (object or id), as in {Example}");
        string path = uri.PinPath ?? CredentialPath() ?? throw Unusable($"it names no file with the PIN (pin-source), and there is no systemd credential {PinCredential}");
        byte[] pin = SecretFile.ReadLine(path, $"the user PIN of the token \"{label}\"", "make it, or give it to the service as a systemd credential");
        try
        {
            return new TokenKeySettings
            {
                Key = key,
                Sessions = sessions,
                Hsm = new HsmSettings
                {
                    ModulePath = module,
                    ModuleSource = Place("module-path"),
                    TokenLabel = label,
                    TokenSerial = uri.Serial,
                    TokenManufacturer = uri.Manufacturer,
                    TokenModel = uri.Model,
                    Pin = Secret.FromUtf8(pin),
                    PinSource = new SettingSource(SettingSourceKind.File, path),
                    // The security officer has nothing to do with signing: no token is initialised here.
                    SoPin = Secret.FromUtf8([]),
                    CallTimeout = TimeSpan.FromSeconds(30),
                    ServesThreads = sessions > 1,
                },
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Hsm.Pin.Dispose();
        Hsm.SoPin.Dispose();
    }

    private static Pkcs11Uri Parse(string text)
    {
        try
        {
            return Pkcs11Uri.Parse(text);
        }
        catch (AutoRegisterException e)
        {
            throw new ExitException(ExitCode.Configuration, $"{e.Message} {e.RecommendedAction}");
        }
    }

    private static string? CredentialPath() => Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } directory
        && Path.Combine(directory, PinCredential) is var path && File.Exists(path) ? path : null;

    private static SettingSource Place(string part) => new(SettingSourceKind.File, "the PKCS#11 URI of the device CA's key") { Setting = part };

    private static ExitException Unusable(string what) => new(ExitCode.Configuration, $"The PKCS#11 URI of the device CA's key cannot be used: {what}");
}
