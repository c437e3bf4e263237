using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.X509;

/// <summary>A device certificate as a factory issued it, possibly with its issuers behind it, and the checks it must pass.</summary>
public sealed class IssuedCertificate
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationalUnitOid = "2.5.4.11";
    private const string BusinessCategoryOid = "2.5.4.15";
    private const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";
    private const string AnyExtendedKeyUsageOid = "2.5.29.37.0";
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);
    private readonly byte[] der;
    private readonly IReadOnlyList<X509Certificate2> issuers;

    private IssuedCertificate(byte[] der, X509Certificate2 leaf, IReadOnlyList<X509Certificate2> issuers)
    {
        this.der = der;
        Leaf = leaf;
        this.issuers = issuers;
    }

    /// <summary>The device certificate.</summary>
    internal X509Certificate2 Leaf { get; }

    /// <summary>The CN, which is the UUID; the first where there are several.</summary>
    public string CommonName => CommonNames.FirstOrDefault(string.Empty);

    /// <summary>The OU, which is the factory; the first where there are several.</summary>
    public string OrganizationalUnit => OrganizationalUnits.FirstOrDefault(string.Empty);

    /// <summary>All OUs: a factory may be one of several.</summary>
    public IReadOnlyList<string> OrganizationalUnits => SubjectAttributes.Of(Leaf.SubjectName, OrganizationalUnitOid);

    /// <summary>The last moment at which the certificate is valid, UTC.</summary>
    public DateTime NotAfter => CertificateValidity.Of(Leaf).NotAfter;

    private IReadOnlyList<string> CommonNames => SubjectAttributes.Of(Leaf.SubjectName, CommonNameOid);

    /// <summary>Whether the subject has <c>businessCategory=production</c>.</summary>
    public bool IsProduction => SubjectAttributes.Of(Leaf.SubjectName, BusinessCategoryOid) is ["production", ..];

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, lower-case hex.</summary>
    public string KeyFingerprint => PublicKeyHash.Of(Leaf.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Whom it names and until when.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CommonName} of {OrganizationalUnit}, until {NotAfter:u}");

    /// <summary>Parses a PEM text: the device certificate first, its issuers after it.</summary>
    /// <param name="pem">The text of <c>client.pem</c>.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.CertificateMismatch"/> when there is no certificate in it.</exception>
    public static IssuedCertificate Parse(string pem)
    {
        IReadOnlyList<byte[]> all = Decode(pem, "client.pem");
        X509Certificate2 leaf = Parse(all[0], "client.pem", X509CertificateLoader.LoadCertificate);
        return new IssuedCertificate(all[0], leaf, ParseIssuers(all.Skip(1), "client.pem"));
    }

    /// <summary>Checks that the certificate is the one that was asked for, whatever the time.</summary>
    /// <param name="subject">Who it must be for.</param>
    /// <param name="keyFingerprint">The key it must certify.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.CertificateMismatch"/> naming the first difference.</exception>
    public void CheckBelongsTo(DeviceSubject subject, string keyFingerprint)
    {
        string? difference = FindStrangeness(subject, keyFingerprint);
        Require(difference is null, difference);
    }

    /// <summary>Checks that the certificate is valid now. Where nothing else is wrong with it, this device's clock is.</summary>
    /// <param name="now">What the clock says; a day's skew is allowed for.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ClockNotSet"/> or <see cref="ErrorId.ClockWrong"/>.</exception>
    public void CheckTime(DateTimeOffset now)
    {
        if (FindUntimeliness(now) is string problem)
        {
            bool isSet = now >= BuildInformation.ReleaseDate;
            throw new AutoRegisterException(
                isSet ? ErrorId.ClockWrong : ErrorId.ClockNotSet,
                $"The certificate that the server issued for this device {problem}, and the clock of this device says {now.ToUniversalTime():u}: "
                + (isSet ? "one of them is wrong." : "the clock is not set."));
        }
    }

    /// <summary>Looks for what keeps the certificate from being a device's.</summary>
    /// <param name="subject">Who it must be for.</param>
    /// <param name="keyFingerprint">The key it must certify.</param>
    /// <param name="now">The time it must be valid at; a day's clock skew is allowed for.</param>
    /// <returns>The first difference, as the end of a sentence about the certificate; <see langword="null"/> when there is none.</returns>
    public string? FindDifference(DeviceSubject subject, string keyFingerprint, DateTimeOffset now)
    {
        return FindStrangeness(subject, keyFingerprint) ?? FindUntimeliness(now);
    }

    private string? FindStrangeness(DeviceSubject subject, string keyFingerprint)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string[] devices = [.. CommonNames.Distinct()];
        return KeyFingerprint != keyFingerprint ? "is for another key than the one this device made"
            // Go's servers take the last, OpenSSL's clients the first.
            : devices.Length > 1 ? $"has several device names ({Quoted(devices)}), of which server and client take different ones"
            : CommonName != subject.Uuid ? $"is for the device '{Printable.Text(CommonName)}', not for '{subject.Uuid}'"
            : !OrganizationalUnits.Contains(subject.Factory) ? $"is of the factory {Quoted(OrganizationalUnits)}, not of '{subject.Factory}'"
            : UsageProblem() is string problem ? problem
            : null;
    }

    private string? FindUntimeliness(DateTimeOffset now)
    {
        var validity = CertificateValidity.Of(Leaf);
        return validity.IsBefore(now, ClockSkew) ? $"is not valid before {validity.NotBefore:u}"
            : validity.IsAfter(now, ClockSkew) ? $"expired at {validity.NotAfter:u}"
            : null;
    }

    /// <summary>
    /// Checks the chain to the root where the answer carries the issuers; the hosted service may send the certificate alone,
    /// and then there is nothing to check.
    /// </summary>
    /// <param name="rootPem">The text of <c>root.crt</c>.</param>
    /// <param name="chainedPem">The text of <c>client.chained</c>, if sent.</param>
    /// <param name="now">The time the chain is built for.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.CertificateMismatch"/>.</exception>
    public void CheckChain(string rootPem, string? chainedPem, DateTimeOffset now)
    {
        X509Certificate2[] roots = ParseIssuers(Decode(rootPem, "root.crt"), "root.crt");
        IReadOnlyList<byte[]> chained = chainedPem is null ? [] : Decode(chainedPem, "client.chained");
        Require(chained.Count == 0 || chained[0].AsSpan().SequenceEqual(der), "is not the one that client.chained begins with");
        X509Certificate2[] intermediates = [.. issuers, .. ParseIssuers(chained.Skip(1), "client.chained")];
        if (intermediates.Length == 0)
        {
            return;
        }

        using var chain = new X509Chain { ChainPolicy = ChainPolicy(roots, intermediates, now) };
        if (!chain.Build(Leaf))
        {
            string reasons = string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()));
            Require(false, $"does not chain to root.crt ({reasons})");
        }
    }

    private static X509ChainPolicy ChainPolicy(X509Certificate2[] roots, X509Certificate2[] intermediates, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
            // The certificate's own validity is checked with clock skew allowed for; a clock a minute behind must not fail the chain.
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(intermediates);
        return policy;
    }

    private static IReadOnlyList<byte[]> Decode(string pem, string name) =>
        Pem.DecodeAll(Pem.Certificate, pem) is { Count: > 0 } all ? all : throw Mismatch($"'{name}' holds no certificate");

    private static X509Certificate2[] ParseIssuers(IEnumerable<byte[]> certificates, string name) =>
        [.. certificates.Select(one => Parse(one, name, IssuerCertificates.Parse))];

    private static X509Certificate2 Parse(byte[] certificate, string name, Func<byte[], X509Certificate2> parse)
    {
        try
        {
            return parse(certificate);
        }
        catch (CryptographicException e)
        {
            throw Mismatch($"'{name}' holds a certificate that cannot be read ({e.Message})", e);
        }
    }

    // Go's servers take anyExtendedKeyUsage for every use (RFC 5280, section 4.2.1.12).
    private string? UsageProblem()
    {
        string[] usages = [.. Leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(usage => usage.EnhancedKeyUsages.Cast<Oid>()).Select(oid => oid.Value ?? string.Empty)];
        bool isRestricted = Leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any();
        X509KeyUsageExtension? keyUsage = Leaf.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return isRestricted && !usages.Contains(ClientAuthOid) && !usages.Contains(AnyExtendedKeyUsageOid)
            ? $"does not allow client authentication: its extended key usage is {string.Join(", ", usages.DefaultIfEmpty("empty"))}"
            : keyUsage is not null && !keyUsage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)
                ? $"does not allow client authentication: its key usage is {keyUsage.KeyUsages}, without DigitalSignature"
                : null;
    }

    private static string Quoted(IReadOnlyList<string> names) => string.Join(" and ", names.DefaultIfEmpty(string.Empty).Select(name => $"'{Printable.Text(name)}'"));

    private static void Require(bool condition, string? difference)
    {
        if (!condition)
        {
            throw Mismatch($"the certificate in 'client.pem' {difference}");
        }
    }

    private static AutoRegisterException Mismatch(string what, Exception? cause = null) => new(
        ErrorId.CertificateMismatch,
        $"The server's answer cannot be used: {what}. Nothing was written.",
        innerException: cause);
}
