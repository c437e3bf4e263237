using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

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
            return CheckFinding.Failed($"It says {seen}, which is before this software was made: it is not set.", ErrorId.ClockNotSet.RemedyOf());
        }

        // With a token the file is a copy: KeyPairCheck looks at the certificate that counts.
        if (DiagnosisContext.Has(() => context.Installed) && context.Installed is { Certificate.Leaf: { } leaf, Toml: not { HasToken: true } })
        {
            return FindUntimely(leaf, now) ?? CheckFinding.Passed($"{seen}, the device certificate is valid until {CertificateValidity.Of(leaf).NotAfter:u}");
        }

        return CheckFinding.Passed(seen);
    }

    /// <summary>Compares the device certificate with the clock.</summary>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    internal static CheckFinding? FindUntimely(X509Certificate2 certificate, DateTimeOffset now)
    {
        var validity = CertificateValidity.Of(certificate);
        return validity.IsBefore(now) ? CheckFinding.Failed($"The clock says {now:u}; the device certificate is not valid before {validity.NotBefore:u}.", ErrorId.ClockNotSet.RemedyOf())
            : validity.IsAfter(now) ? CheckFinding.Failed(
                $"The clock says {now:u}; the device certificate expired at {validity.NotAfter:u}.",
                "If the clock is right, register anew with New-HsmDeviceKey -Force: a certificate that has expired cannot be renewed.")
            : null;
    }
}
