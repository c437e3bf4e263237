using System.Management.Automation;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Refuses what only looks like an object of ours, and says why. What comes from a job, another session or <c>Import-Clixml</c> is a
/// copy of the properties, and so is what <c>Select-Object</c> makes: the key, the secrets and the checks behind them are not in it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LiveObjectAttribute : ArgumentTransformationAttribute
{
    private const string Deserialized = "Deserialized.";
    private const string Selected = "Selected.";
    private const string Ours = "AutoRegister.";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is PSObject { TypeNames: [string type, ..] } && Problem(type) is string problem)
        {
            throw new ArgumentTransformationMetadataException(problem);
        }

        return inputData;
    }

    private static string? Problem(string type)
    {
        string original = type;
        bool travelled = false;
        for (bool stripped = true; stripped;)
        {
            travelled |= stripped = Strip(ref original, Deserialized);
            stripped |= Strip(ref original, Selected);
        }

        string name = original[(original.LastIndexOf('.') + 1)..];
        return original.Length == type.Length || !original.StartsWith(Ours, StringComparison.Ordinal) ? null
            : travelled ? $"It is a copy of a {name} that came from a job, another session or a file: the key and the secrets stayed where it was made. "
                + "Run the whole pipeline inside the job; Export-DeviceEnrollment and Import-DeviceEnrollment carry devices from one process to another."
            : $"It is what Select-Object took of a {name}: the key and the secrets are not in it. Hand on the {name} itself.";
    }

    private static bool Strip(ref string text, string prefix)
    {
        bool has = text.StartsWith(prefix, StringComparison.Ordinal);
        text = has ? text[prefix.Length..] : text;
        return has;
    }
}
