using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister;

/// <summary>
/// What became of one device, as a row of a report: text and numbers only, the same in every culture, so that it goes into CSV and JSON
/// as it is. Times are ISO 8601 in UTC, <c>2026-11-29T10:31:00Z</c>.
/// </summary>
public sealed record DeviceReport
{
    /// <summary>The device name, usually its serial number.</summary>
    public required string Name { get; init; }

    /// <summary>The UUID; empty when it has none yet.</summary>
    public string Uuid { get; init; } = string.Empty;

    /// <summary><c>Registered</c>, <c>AlreadyRegistered</c> or <c>Failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The certificate's serial number, hex; empty when there is none, or it is in a token only.</summary>
    public string CertificateSerialNumber { get; init; } = string.Empty;

    /// <summary>When the certificate expires; empty when there is none.</summary>
    public string NotAfter { get; init; } = string.Empty;

    /// <summary>When the row was made.</summary>
    public required string Time { get; init; }

    /// <summary>How many requests it took in this run; 0 when none was needed.</summary>
    public int Attempts { get; init; }

    /// <summary>The directory with the credentials, on this machine; empty when there are none.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>The id of the error; empty when there was none.</summary>
    public string ErrorId { get; init; } = string.Empty;

    /// <summary>What went wrong, one line; empty when nothing did.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>Name and outcome.</summary>
    public override string ToString() => $"{Name}: {Outcome}";

    /// <summary>Describes a registered device.</summary>
    /// <param name="time">Now (UTC).</param>
    public static DeviceReport Of(ExportedCredentials exported, DateTime time)
    {
        ArgumentNullException.ThrowIfNull(exported);
        return new DeviceReport
        {
            Name = exported.Name,
            Uuid = exported.Uuid,
            Outcome = exported.AlreadyRegistered ? "AlreadyRegistered" : "Registered",
            CertificateSerialNumber = exported.CertificateSerialNumber,
            NotAfter = exported.NotAfter is DateTime end ? Iso(end) : string.Empty,
            Time = Iso(time),
            Attempts = exported.Attempts,
            Path = exported.Path,
        };
    }

    /// <summary>Describes a device that failed.</summary>
    /// <param name="uuid">Its UUID; empty when it has none yet.</param>
    /// <param name="time">Now (UTC).</param>
    public static DeviceReport Of(string name, string uuid, Exception failure, DateTime time)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new DeviceReport
        {
            Name = name,
            Uuid = uuid,
            Outcome = "Failed",
            Time = Iso(time),
            ErrorId = (failure as AutoRegisterException)?.Id.ToString() ?? failure.GetType().Name,
            Message = Printable.Text(failure.Message),
        };
    }

    private static string Iso(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
