using System.Globalization;
using AutoRegister.Core.Certificates;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The clock: after this software was made, and within the life of the device's certificate.</summary>
internal sealed class ClockCheck() : LocalCheck("Clock")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string seen = now.ToString("u", CultureInfo.InvariantCulture);
        if (now < BuildInformation.ReleaseDate)
        {
            return CheckFinding.Failed($"It says {seen}, which is before this software was made: it is not set.", "Set the clock, or wait for time synchronisation.");
        }

        if (DiagnosisContext.Has(() => context.Installed) && context.Installed.Certificate?.Leaf is { } leaf)
        {
            CertificateValidity validity = CertificateValidity.Of(leaf);
            if (validity.IsBefore(now))
            {
                return CheckFinding.Failed($"It says {seen}; the device certificate is not valid before {validity.NotBefore:u}.", "Set the clock, or wait for time synchronisation.");
            }

            if (validity.IsAfter(now))
            {
                return CheckFinding.Failed($"It says {seen}; the device certificate expired at {validity.NotAfter:u}.", "If the clock is right, renew the certificate, or register anew with New-HsmDeviceKey -Force.");
            }

            seen += $", the device certificate is valid until {validity.NotAfter:u}";
        }

        return CheckFinding.Passed(seen);
    }
}
