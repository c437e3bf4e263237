using System.Text;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// <c>/etc/sota/hsm</c>: <c>HSM_MODULE</c>, <c>HSM_PIN</c> and <c>HSM_SOPIN</c>. Upstream's public documentation calls the
/// PIN <c>HSM_PI</c> and its script reads <c>HSM_PIN</c>; with the documented file it silently makes a software key. Both
/// names are read here. <c>HSM_REPLACE_KEYS</c> is ours.
/// </summary>
internal sealed class HsmFile : IDisposable
{
    /// <summary>The file, as the device sees it.</summary>
    public const string DefaultPath = "/etc/sota/hsm";

    private const string PinName = "HSM_PIN";
    private const string DocumentedPinName = "HSM_PI";
    private const string ReplaceKeysName = "HSM_REPLACE_KEYS";

    private readonly ShellAssignments assignments;

    private HsmFile(ShellAssignments assignments, ShellAssignment? pin, bool replaceKeys)
    {
        ReplaceKeys = replaceKeys;
        this.assignments = assignments;
        Pin = pin;
        Module = NotEmpty(assignments.Find("HSM_MODULE"));
        SoPin = NotEmpty(assignments.Find("HSM_SOPIN"));
    }

    /// <summary>The PKCS#11 module.</summary>
    public ShellAssignment? Module { get; }

    /// <summary>The user PIN.</summary>
    public ShellAssignment? Pin { get; }

    /// <summary>The SO PIN.</summary>
    public ShellAssignment? SoPin { get; }

    /// <summary>Whether keys that a factory reset left in the token are to be replaced (ours; upstream does not know it).</summary>
    public bool ReplaceKeys { get; }

    /// <summary>Parses the file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmFileInvalid"/> or <see cref="ErrorId.HsmPinConflict"/>.</exception>
    public static HsmFile Parse(ConfigFile file, IRegistrationObserver observer)
    {
        var assignments = ShellAssignments.Parse(file);
        try
        {
            foreach (var other in assignments.All.Where(a => a.Name is not ("HSM_MODULE" or PinName or DocumentedPinName or "HSM_SOPIN" or ReplaceKeysName)))
            {
                observer.ReportDetail($"{file.At(other.Line)}: {other.Name} is none of ours and is ignored.");
            }

            return new HsmFile(assignments, ChoosePin(file, assignments, observer), ReadFlag(file, NotEmpty(assignments.Find(ReplaceKeysName))));
        }
        catch (AutoRegisterException)
        {
            assignments.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => assignments.Dispose();

    private static ShellAssignment? ChoosePin(ConfigFile file, ShellAssignments assignments, IRegistrationObserver observer)
    {
        var pin = NotEmpty(assignments.Find(PinName));
        var documented = NotEmpty(assignments.Find(DocumentedPinName));
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
