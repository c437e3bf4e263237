using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Pkcs11;

/// <summary>
/// A <c>pkcs11:</c> URI (RFC 7512): which token, which object in it, which module, and where the PIN is. What it does not say
/// is <see langword="null"/>. A PIN in the URI itself is refused: whoever can see a command line would see it.
/// </summary>
public sealed record Pkcs11Uri
{
    private const string Scheme = "pkcs11:";
    private const string Action = "Write it as RFC 7512 has it, for example 'pkcs11:token=aktualizr;serial=1234;object=tls;id=%01?pin-source=file:/etc/sota/pin'.";
    private static readonly string[] PathNames = ["token", "serial", "manufacturer", "model", "object", "id", "type"];
    private static readonly string[] QueryNames = ["module-path", "pin-source"];

    /// <summary>The token's label.</summary>
    public string? Token { get; private init; }

    /// <summary>The token's serial number.</summary>
    public string? Serial { get; private init; }

    /// <summary>The token's manufacturer.</summary>
    public string? Manufacturer { get; private init; }

    /// <summary>The token's model.</summary>
    public string? Model { get; private init; }

    /// <summary>The object's label.</summary>
    public string? ObjectLabel { get; private init; }

    /// <summary>The object's id as lower-case hex.</summary>
    public string? ObjectId { get; private init; }

    /// <summary>The module's path.</summary>
    public string? ModulePath { get; private init; }

    /// <summary>The file with the user PIN.</summary>
    public string? PinPath { get; private init; }

    /// <summary>The key it names, if it names one.</summary>
    public KeyReference? Key => ObjectLabel is null && ObjectId is null ? null : new KeyReference(ObjectLabel, ObjectId);

    /// <summary>Reads a URI.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmSettingUnusable"/>; a PIN in it is not repeated.</exception>
    public static Pkcs11Uri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("it does not begin with 'pkcs11:'");
        }

        string[] parts = text[Scheme.Length..].Split('?', 2);
        Dictionary<string, byte[]> path = Read(parts[0], ';', PathNames);
        Dictionary<string, byte[]> query = Read(parts.Length > 1 ? parts[1] : string.Empty, '&', QueryNames);
        return new Pkcs11Uri
        {
            Token = Text(path, "token"),
            Serial = Text(path, "serial"),
            Manufacturer = Text(path, "manufacturer"),
            Model = Text(path, "model"),
            ObjectLabel = Text(path, "object"),
            ObjectId = path.TryGetValue("id", out byte[]? id) ? Convert.ToHexStringLower(id) : null,
            ModulePath = Text(query, "module-path"),
            PinPath = Text(query, "pin-source") is string source ? PinFile(source) : null,
        };
    }

    /// <summary>
    /// Names a private key: the one place that writes such URIs. Each part is escaped as far as RFC 3986 reserves it, so that a shell, a
    /// configuration and every reader of RFC 7512 take it whole; Pkcs11Interop's builder leaves '&amp;', ',' and more as they are.
    /// </summary>
    /// <param name="token">The token's label; <see langword="null"/> where only the id is known.</param>
    /// <returns>The URI, without PIN and module.</returns>
    internal static string OfPrivateKey(string? token, string? label = null, Settings.ObjectId? id = null)
    {
        (string Name, string? Value)[] parts =
        [
            ("token", token is null ? null : Uri.EscapeDataString(token)),
            ("object", label is null ? null : Uri.EscapeDataString(label)),
            ("id", id is { } bytes ? string.Concat(bytes.Hex.Chunk(2).Select(digits => $"%{new string(digits)}")) : null),
            ("type", "private"),
        ];
        return Scheme + string.Join(';', parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={part.Value}"));
    }

    /// <summary>Reads a URI that somebody gave, keeping where.</summary>
    /// <param name="given">The text; <see langword="null"/> when none was given.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmSettingUnusable"/>, naming the place.</exception>
    internal static Sourced<Pkcs11Uri>? Read(Sourced<string>? given)
    {
        if (given is not { } text)
        {
            return null;
        }

        try
        {
            return new Sourced<Pkcs11Uri>(Parse(text.Value), text.Source);
        }
        catch (AutoRegisterException e)
        {
            throw new AutoRegisterException(e.Id, $"{text.Source}: {e.Message}", e.RecommendedAction, text.Source.ToString(), e);
        }
    }

    /// <summary>What one layer says of a setting: by the setting's own name, or in its URI.</summary>
    /// <param name="own">What the own name says.</param>
    /// <param name="name">The part of the URI that says the same.</param>
    /// <returns>The value; <see langword="null"/> where neither says anything.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmSettingUnusable"/> where they differ.</exception>
    internal static Sourced<string>? Agree(Sourced<string>? own, Sourced<Pkcs11Uri>? uri, string name, Func<Pkcs11Uri, string?> part)
    {
        Sourced<string>? other = uri is { } said && part(said.Value) is string value ? new Sourced<string>(value, PartOf(said.Source, name)) : null;
        return own is { } one && other is { } two && one.Value != two.Value
            ? throw new AutoRegisterException(
                ErrorId.HsmSettingUnusable,
                $"{one.Source} is '{Printable.Text(one.Value)}', and the PKCS#11 URI of {two.Source} says '{Printable.Text(two.Value)}'.",
                "Say it once.",
                one.Source.ToString())
            : own ?? other;
    }

    /// <summary>Where a part of a URI is.</summary>
    /// <param name="uri">Where the URI is.</param>
    internal static SettingSource PartOf(SettingSource uri, string name) => uri with { Setting = uri.Setting.Length == 0 ? name : $"{name} of {uri.Setting}" };

    private static Dictionary<string, byte[]> Read(string attributes, char separator, string[] known)
    {
        var found = new Dictionary<string, byte[]>();
        foreach (string attribute in attributes.Split(separator, StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = attribute.IndexOf('=');
            string name = equals < 0 ? attribute : attribute[..equals];
            if (name == "pin-value")
            {
                throw Invalid("it holds a PIN (pin-value), which others can see", "Put the PIN into a file and name it: ?pin-source=file:/path, or give it as HSM_PIN, as the credential hsm-pin or as -HsmPin.");
            }

            if (name is "slot-id" or "slot-description")
            {
                throw Invalid($"it names a slot ({name}), and a token's slot changes when it is initialised", "Name the token by token or serial.");
            }

            // RFC 7512, section 2.3: what is not understood must not be taken for a match; and no attribute comes twice.
            if (equals < 0 || !known.Contains(name) || !found.TryAdd(name, Decode(attribute[(equals + 1)..])))
            {
                throw Unknown(name, equals > 0, found.ContainsKey(name), known == QueryNames);
            }
        }

        return found;
    }

    // The remedy has all there is to choose from: whoever misspelt a part does not know what the others are called.
    private static AutoRegisterException Unknown(string name, bool hasValue, bool twice, bool inQuery)
    {
        string[] known = inQuery ? QueryNames : PathNames;
        string[] elsewhere = inQuery ? PathNames : QueryNames;

        // A piece that is no name may be a piece of a PIN.
        IReadOnlyList<string> meant = NearestName.Of(name, [.. PathNames, .. QueryNames]);
        bool isName = known.Contains(name) || (hasValue && (meant.Count > 0 || name.All(c => char.IsAsciiLetterLower(c) || c == '-')));
        string shown = isName ? $"'{name}'" : "a part of it";
        string problem = twice ? "comes twice"
            : known.Contains(name) ? "has no value"
            : elsewhere.Contains(name) ? $"stands {(inQuery ? "after" : "before")} the '?'"
            : isName && meant.Count > 0 ? $"is not known ({NearestName.Words(meant, "or")} is the nearest)"
            : "is not known";
        return Invalid(
            $"{shown} {problem}",
            $"Before the '?' {NearestName.Words(PathNames)} are known, with ';' between them, and after it {NearestName.Words(QueryNames)}, with '&' between them. {Action}");
    }

    private static byte[] Decode(string value)
    {
        byte[] raw = Encoding.UTF8.GetBytes(value);
        var bytes = new List<byte>(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                bytes.Add(raw[i]);
                continue;
            }

            bytes.Add(i + 2 < raw.Length && byte.TryParse(raw.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte decoded)
                ? decoded
                : throw Invalid("a '%' in it is not followed by two hex digits"));
            i += 2;
        }

        return [.. bytes];
    }

    private static string? Text(Dictionary<string, byte[]> attributes, string name)
    {
        string? text = attributes.TryGetValue(name, out byte[]? value) ? Encoding.UTF8.GetString(value) : null;
        return text is not null && Characters.Unprintable(text) is string wrong ? throw Invalid($"its {name} has {wrong}") : text;
    }

    private static string PinFile(string source)
    {
        string path = source.StartsWith("file://", StringComparison.Ordinal) ? source["file://".Length..]
            : source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..]
            : source;
        return path.StartsWith('/') ? path : throw Invalid($"its pin-source '{Printable.Text(source)}' is no file: URI of an absolute path");
    }

    private static AutoRegisterException Invalid(string what, string action = Action) =>
        new(ErrorId.HsmSettingUnusable, $"The PKCS#11 URI cannot be used: {what}.", action, "Pkcs11Uri");
}
