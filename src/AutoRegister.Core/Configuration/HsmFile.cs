using System.Globalization;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// <c>/etc/sota/hsm</c>: <c>HSM_MODULE</c>, <c>HSM_PIN</c> and <c>HSM_SOPIN</c>, and of our own <c>HSM_TOKEN_SERIAL</c>,
/// <c>HSM_URI</c>, <c>HSM_TIMEOUT</c> and <c>HSM_REPLACE_KEYS</c>. Upstream's public documentation calls the PIN <c>HSM_PI</c> and its
/// script reads <c>HSM_PIN</c>; with the documented file it silently makes a software key. Both names are read here.
/// </summary>
internal sealed class HsmFile : IDisposable
{
    /// <summary>The file, as the device sees it.</summary>
    public const string DefaultPath = HsmSettings.DefaultFile;

    private const string DocumentedPinName = "HSM_PI";
    private const string ReplaceKeysName = "HSM_REPLACE_KEYS";

    private const int LongestTimeout = 24 * 3600;
    private static readonly string ModuleName = SettingCatalogue.HsmModule.FileKey!;
    private static readonly string PinName = SettingCatalogue.HsmPin.FileKey!;
    private static readonly string SoPinName = SettingCatalogue.HsmSoPin.FileKey!;
    private static readonly string TokenSerialName = SettingCatalogue.TokenSerial.FileKey!;
    private static readonly string UriName = SettingCatalogue.HsmUri.FileKey!;
    private static readonly string TimeoutName = SettingCatalogue.HsmCallTimeout.FileKey!;
    private static readonly string[] Names = [ModuleName, PinName, SoPinName, TokenSerialName, UriName, TimeoutName, ReplaceKeysName];

    private readonly ConfigFile file;
    private readonly ShellAssignments assignments;

    private HsmFile(ConfigFile file, ShellAssignments assignments, ShellAssignment? pin)
    {
        this.file = file;
        this.assignments = assignments;
        Pin = Secret(pin);
        SoPin = Secret(NotEmpty(assignments.Find(SoPinName)));
        ReplaceKeys = ReadFlag(file, NotEmpty(assignments.Find(ReplaceKeysName)));
        CallTimeout = Timeout(Text(TimeoutName));
        UriText = Text(UriName);
        Uri = Pkcs11Uri.Read(UriText);
        Module = Pkcs11Uri.Agree(Text(ModuleName), Uri, "module-path", uri => uri.ModulePath);
        TokenSerial = Pkcs11Uri.Agree(Text(TokenSerialName), Uri, "serial", uri => uri.Serial);
    }

    /// <summary>The PKCS#11 module.</summary>
    public Sourced<string>? Module { get; }

    /// <summary>The user PIN; the file owns it.</summary>
    public Sourced<Secret>? Pin { get; }

    /// <summary>The SO PIN; the file owns it.</summary>
    public Sourced<Secret>? SoPin { get; }

    /// <summary>The token's serial number.</summary>
    public Sourced<string>? TokenSerial { get; }

    /// <summary>How long one call to the module may take.</summary>
    public Sourced<TimeSpan>? CallTimeout { get; }

    /// <summary>The PKCS#11 URI as it is written.</summary>
    public Sourced<string>? UriText { get; }

    /// <summary>The PKCS#11 URI.</summary>
    public Sourced<Pkcs11Uri>? Uri { get; }

    /// <summary>Whether keys that a factory reset left in the token are to be replaced (ours; upstream does not know it).</summary>
    public bool ReplaceKeys { get; }

    /// <summary>Parses the file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmFileInvalid"/>, <see cref="ErrorId.HsmPinConflict"/> or <see cref="ErrorId.HsmSettingUnusable"/>.</exception>
    public static HsmFile Parse(ConfigFile file, IRegistrationObserver observer)
    {
        var assignments = ShellAssignments.Parse(file);
        try
        {
            foreach (ShellAssignment? other in assignments.All.Where(IsUnknown))
            {
                observer.ReportWarning($"{file.At(other.Line)}: {other.Name} is not read and has no effect. {Suggestion(other.Name, Names)}");
            }

            return new HsmFile(file, assignments, ChoosePin(file, assignments, observer));
        }
        catch (AutoRegisterException)
        {
            assignments.Dispose();
            throw;
        }
    }

    /// <summary>Says what the file has in place of names that it lacks: the name without a value, or one that is not known.</summary>
    /// <param name="missing">The names it lacks.</param>
    /// <returns>The remedy for each line found; none where there is nothing like them.</returns>
    public IReadOnlyList<(string Found, string Remedy)> Instead(IReadOnlyCollection<string> missing) =>
    [
        .. assignments.All.Where(a => a.Value.Length == 0 && missing.Contains(Known(a.Name)))
            .Select(a => ($"{file.At(a.Line)} has {a.Name} without a value", $"Give {a.Name} a value in {file.At(a.Line)}.")),
        .. assignments.All.Where(IsUnknown)
            .Select(a => ($"{file.At(a.Line)} has {a.Name}, which is not known", $"{Suggestion(a.Name, missing)}")),
    ];

    /// <inheritdoc/>
    public void Dispose() => assignments.Dispose();

    private static bool IsUnknown(ShellAssignment assignment) => !Names.Contains(Known(assignment.Name));

    private static string Known(string name) => name == DocumentedPinName ? PinName : name;

    private static string Suggestion(string name, IReadOnlyCollection<string> candidates) => NearestName.Of(name, candidates) is { Count: > 0 } nearest
        ? $"Write {NearestName.Words(nearest, "or")} in place of {name}."
        : $"The names are {NearestName.Words(Names)}.";

    private static ShellAssignment? ChoosePin(ConfigFile file, ShellAssignments assignments, IRegistrationObserver observer)
    {
        ShellAssignment? pin = NotEmpty(assignments.Find(PinName));
        ShellAssignment? documented = NotEmpty(assignments.Find(DocumentedPinName));
        if (pin is null && documented is not null)
        {
            observer.ReportDetail($"{file.At(documented.Line)}: {DocumentedPinName} is read as {PinName}.");
        }

        return pin is null || documented is null || pin.Value.SameAs(documented.Value)
            ? pin ?? documented
            : throw new AutoRegisterException(
                ErrorId.HsmPinConflict,
                $"{file.Name}: {PinName} (line {pin.Line}) and {DocumentedPinName} (line {documented.Line}) differ.",
                $"Remove {DocumentedPinName}; a wrong PIN would lock the token.",
                file.At(documented.Line).ToString());
    }

    private Sourced<string>? Text(string name) => NotEmpty(assignments.Find(name)) is ShellAssignment found
        ? new Sourced<string>(Encoding.UTF8.GetString(found.Value.Utf8), Place(found))
        : null;

    private Sourced<Secret>? Secret(ShellAssignment? found) => found is null ? null : new Sourced<Secret>(found.Value, Place(found));

    private SettingSource Place(ShellAssignment found) => file.At(found.Line) with { Setting = found.Name };

    private static Sourced<TimeSpan>? Timeout(Sourced<string>? text) => text is not { } given ? null
        : int.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= LongestTimeout
            ? new Sourced<TimeSpan>(TimeSpan.FromSeconds(seconds), given.Source)
            : throw new AutoRegisterException(
                ErrorId.HsmSettingUnusable,
                $"{given.Source}: {TimeoutName} cannot be used: it is no number of seconds from 1 to {LongestTimeout}.",
                "Write the seconds that one call to the module may take, or remove the line.",
                given.Source.ToString());

    // The words that upstream's options have for yes and no.
    private static bool ReadFlag(ConfigFile file, ShellAssignment? assignment) =>
        assignment is null ? false
        : Encoding.UTF8.GetString(assignment.Value.Utf8).ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => true,
            "0" or "FALSE" or "NO" or "OFF" => false,
            _ => throw new AutoRegisterException(
                ErrorId.HsmFileInvalid,
                $"{file.At(assignment.Line)}: {assignment.Name} is neither yes nor no.",
                $"Write {assignment.Name}=1 or {assignment.Name}=0.",
                file.At(assignment.Line).ToString()),
        };

    private static ShellAssignment? NotEmpty(ShellAssignment? assignment) => assignment is { Value.Length: > 0 } ? assignment : null;
}
