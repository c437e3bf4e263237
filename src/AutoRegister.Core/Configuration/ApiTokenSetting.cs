using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The API token: parameter, else the systemd credential <c>api-token</c>, else the file that <c>TOKEN_FILE</c> names.
/// As upstream, which takes <c>head -n1</c> of the file; ours skips blank lines and drops what surrounds the token.
/// </summary>
internal static class ApiTokenSetting
{
    // Servers refuse longer header fields (8 KiB for all of them together is common); real tokens have 40 to 2000 bytes.
    private const int MaximumLength = 4096;

    private const string Token = "an API token with scope devices:create";

    private static SettingDefinition Setting => SettingCatalogue.ApiToken;

    private static SettingSource FromCredential => SettingInputs.FromCredential(Setting.Credential!);

    /// <summary>Reads the token.</summary>
    /// <returns>The token, owned by the caller; <see langword="null"/> when none is wanted or needed.</returns>
    public static Sourced<Secret>? Read(SettingInputs inputs)
    {
        if (inputs.Options.ApiToken is { } given)
        {
            return new Sourced<Secret>(Check(given.Utf8, Setting.FromParameter.ToString(), $"Give {Token} as {Setting.FromParameter.Place}."), Setting.FromParameter);
        }

        if (inputs.Options.ApiTokenPath is { } path)
        {
            return FromFile("/", path, inputs);
        }

        if (inputs.Options.SkipApiToken || inputs.Options.IgnoreDeviceFiles)
        {
            return null;
        }

        using ConfigFile? credential = inputs.Credential(Setting.Credential!);
        return credential is not null
            ? new Sourced<Secret>(Parse(credential, $"Put {Token} into {FromCredential.Place}.").Value, FromCredential)
            : FromFile(inputs.Root, FileOnDevice(inputs), inputs);
    }

    /// <summary>Names the file the token was read from; for a credential, the one that is used without it.</summary>
    /// <param name="token">What <see cref="Read"/> gave.</param>
    /// <param name="inputs">The layers it came from.</param>
    /// <returns>A path on this machine; <see langword="null"/> when the token was in no file.</returns>
    public static string? FileOf(Sourced<Secret>? token, SettingInputs inputs) =>
        (token is { Source.Kind: SettingSourceKind.Parameter } && inputs.Options.ApiToken is not null)
        || (inputs.Options.SkipApiToken && inputs.Options.ApiTokenPath is null) ? null
        : inputs.Options.ApiTokenPath ?? RootedPath.Resolve(inputs.Root, FileOnDevice(inputs));

    /// <summary>The token's file, as the device sees it: the one that <c>TOKEN_FILE</c> names, else the usual one.</summary>
    public static string FileOnDevice(SettingInputs inputs) => inputs.Environment(Setting.Variable!)?.Value ?? Setting.File!;

    /// <summary>Parses a token file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.TokenFileEmpty"/> or <see cref="ErrorId.TokenFileInvalid"/>.</exception>
    public static Sourced<Secret> Parse(ConfigFile file) => Parse(file, Write(file.Name));

    private static Sourced<Secret> Parse(ConfigFile file, string action)
    {
        ReadOnlySpan<byte> line = ConfigLine.First(file, out int number);
        return number > 0
            ? new Sourced<Secret>(Check(line, file.At(number).ToString(), action), file.At(number))
            : throw new AutoRegisterException(ErrorId.TokenFileEmpty, $"{file.Name} is empty.", action, file.Name);
    }

    private static string Write(string path) => $"Write {Token} on the first line of {path}.";

    private static Sourced<Secret>? FromFile(string root, string path, SettingInputs inputs)
    {
        using var file = ConfigFile.TryRead(root, path);
        if (file is not null)
        {
            FileTrust.Notice(file, "the API token", inputs.Observer);
        }

        return file is not null ? Parse(file)
            : inputs.Options is { ApiTokenOptional: true, ApiTokenPath: null } ? null
            : throw new AutoRegisterException(ErrorId.TokenFileMissing, $"The API token file {RootedPath.Shown(root, path)} does not exist.", Write(RootedPath.Shown(root, path)), RootedPath.Shown(root, path));
    }

    // The token goes into a header field: visible ASCII and nothing else (RFC 9110, section 5.5).
    private static Secret Check(ReadOnlySpan<byte> token, string place, string action) =>
        token.IsEmpty ? throw new AutoRegisterException(ErrorId.TokenFileEmpty, $"{place}: the API token is empty.", action, place)
        : token.Length > MaximumLength
            ? throw new AutoRegisterException(
                ErrorId.TokenFileInvalid, $"{place}: the text has more than {MaximumLength} characters, which no API token has.", action, place)
        : token.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) is >= 0 and var at
            ? throw new AutoRegisterException(
                ErrorId.TokenFileInvalid,
                $"{place}: character {at + 1} is {Kind(token[at])}, which no API token has.",
                action,
                place)
            : Secret.FromUtf8(token);

    private static string Kind(byte value) => value switch
    {
        (byte)' ' or (byte)'\t' => "a blank",
        < 0x20 or 0x7F => "a control character",
        _ => "not ASCII",
    };
}
