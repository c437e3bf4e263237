using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>The device's UUID: the CN of its certificate and its key in the factory.</summary>
public static class DeviceUuid
{
    // RFC 5280, appendix A.1: ub-common-name.
    private const int MaximumLength = 64;

    // 8-4-4-4-12.
    private const int WellFormedLength = 36;

    /// <summary>Whether a text is 8-4-4-4-12 hexadecimal digits in either case, the only form upstream accepts.</summary>
    /// <returns>Whether it is.</returns>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.Length != WellFormedLength)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Makes a random one (RFC 9562, section 5.4: version 4), lower case.</summary>
    public static string NewRandom() => Guid.NewGuid().ToString("D");

    /// <summary>Reads the one that was chosen.</summary>
    internal static Sourced<string>? Read(SettingLayers from)
    {
        Sourced<string>? uuid = from.Parameter<string>();
        if (uuid is { } given)
        {
            Require(given.Value, from.Inputs.Options.ValidateUuid ?? true, given.Source.ToString(), from.Inputs.Observer);
        }

        return uuid;
    }

    /// <summary>Judges a UUID that somebody chose.</summary>
    /// <param name="validate">Whether the form matters; if not, a warning is given as upstream does.</param>
    /// <param name="place">Where it came from, for messages.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.UuidInvalid"/>.</exception>
    public static void Require(string uuid, bool validate, string place, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(uuid);
        ArgumentNullException.ThrowIfNull(observer);
        if (IsWellFormed(uuid))
        {
            return;
        }

        // Whatever its form, it becomes the CN of a certificate, a part of URLs and of file names on servers.
        string? problem = string.IsNullOrWhiteSpace(uuid) ? "the UUID is empty"
            : Characters.Unprintable(uuid) is string wrong ? $"the UUID has {wrong}"
            : validate ? $"{Characters.Quote(uuid)} is not a UUID of the form 8-4-4-4-12"
            : uuid.Contains('/', StringComparison.Ordinal) ? $"{Characters.Quote(uuid)} has a '/'"
            : uuid.Length > MaximumLength ? $"the UUID has more than {MaximumLength} characters"
            : null;
        if (problem is not null)
        {
            throw new AutoRegisterException(
                ErrorId.UuidInvalid, $"{place}: {problem}.", "Give a UUID such as 9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1, or none to have one made.", uuid);
        }

        observer.ReportWarning($"{place}: '{uuid}' is not a UUID of the form 8-4-4-4-12; please consider using a valid format.");
    }
}
