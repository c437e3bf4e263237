using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// Reads a folder of <c>fioctl keys ca</c> and checks everything before the first request: nothing is made up, and what is wrong or
/// missing ends the program with the file's name. The root's key is not read and not wanted.
/// </summary>
internal static class ProductionPki
{
    private const string RootFile = "factory_ca.pem";
    private const string RootKeyFile = "factory_ca.key";
    private const string GatewayFile = "tls-crt";

    // fioctl calls it online-crt; its documentation, and people who follow that, online-ca.
    private static readonly string[] OnlineCaFiles = ["online-crt", "online-ca.pem"];

    /// <summary>Reads and checks.</summary>
    /// <param name="report">Gets what an operator should know, line by line, now and later.</param>
    /// <exception cref="ExitException">
    /// <see cref="ExitCode.Configuration"/> with the file, what is wrong with it and what to do;
    /// <see cref="ExitCode.TemporaryFailure"/> where the token with the CA's key may come later.
    /// </exception>
    public static FactoryPki Open(PkiSettings settings, Action<string> report, TimeProvider clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        WarnOfRootKey(settings, report);
        string rootsPath = settings.PathOf(RootFile);
        IReadOnlyList<CertificateFacts> roots = AuthorityChecks.ReadRoots(rootsPath, now);
        CertificateFacts ReadCa(string name) => AuthorityChecks.ReadDeviceCa(settings.PathOf(name), settings.Factory, roots, rootsPath, now);

        CertificateFacts deviceCa = ReadCa(settings.DeviceCa);
        CertificateFacts[] others = [.. OnlineCaFiles.Where(name => File.Exists(settings.PathOf(name))).Concat(settings.TrustedCas).Select(ReadCa)];
        string[] gatewayNames = ReadGatewayNames(settings.PathOf(GatewayFile), roots, rootsPath, now);
        IDeviceCaKey key = OpenKey(settings, deviceCa, report, clock);
        try
        {
            var server = FileServerCertificate.Open(
                settings.PathOf(settings.TlsCertificate), settings.PathOf(settings.TlsKey), settings.Host, roots, rootsPath, report, clock);
            var ca = new DeviceCa(deviceCa);
            return new FactoryPki
            {
                Roots = new RootCertificates(roots),
                DeviceCa = ca,
                TrustedCas = [ca, .. others.Where(other => !other.Der.Span.SequenceEqual(deviceCa.Der.Span)).Select(other => new DeviceCa(other))],
                DeviceCaKey = key,
                Server = server,
                GatewayNames = gatewayNames,
            };
        }
        catch (ExitException)
        {
            key.Dispose();
            throw;
        }
    }

    private static void WarnOfRootKey(PkiSettings settings, Action<string> report)
    {
        if (File.Exists(settings.PathOf(RootKeyFile)))
        {
            report($"warning: {settings.PathOf(RootKeyFile)} is the key of the factory's root. It is not needed here, and whoever takes this machine over has it: "
                + "keep it offline, and delete it here.");
        }
    }

    private static IDeviceCaKey OpenKey(PkiSettings settings, CertificateFacts deviceCa, Action<string> report, TimeProvider clock)
    {
        string name = settings.DeviceCaKey ?? Path.ChangeExtension(settings.DeviceCa, ".key");
        bool isToken = name.StartsWith(TokenKeySettings.Scheme, StringComparison.OrdinalIgnoreCase);
        IDeviceCaKey key = isToken
            ? TokenDeviceCaKey.Open(TokenKeySettings.Read(name, settings.DeviceCaSessions), report, clock)
            : FileDeviceCaKey.Open(settings.PathOf(name), settings.PassphraseFile is { } file ? settings.PathOf(file) : null);
        if (key.PublicKey.Equals(deviceCa.PublicKey))
        {
            return key;
        }

        key.Dispose();
        throw isToken
            ? new ExitException(ExitCode.Configuration, $"The key that {name} names is not the key of {settings.PathOf(settings.DeviceCa)}: name the device CA's")
            : PkiFile.Wrong(settings.PathOf(name), $"is not the key of {settings.PathOf(settings.DeviceCa)}: the two belong together, take both from the same folder");
    }

    // The gateway's key is not ours: the certificate tells where devices find the gateway.
    private static string[] ReadGatewayNames(string path, IReadOnlyList<CertificateFacts> roots, string rootsPath, DateTimeOffset now)
    {
        CertificateFacts gateway = PkiFile.ReadOne(path, "copy it from the folder of 'fioctl keys ca'; it says what the device gateway is called");
        PkiFile.CheckDates(path, gateway, now);
        AuthorityChecks.RequireIssuer(path, gateway, roots, rootsPath, now);
        try
        {
            string[] names = gateway.Find("2.5.29.17") is { } extension
                ? [.. new X509SubjectAlternativeNameExtension(extension.Value.Span, extension.IsCritical).EnumerateDnsNames()]
                : [];
            return names.Length > 0 ? names : throw PkiFile.Wrong(path, "names no host (subjectAltName): it is not the device gateway's certificate");
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw PkiFile.Wrong(path, $"holds a certificate that is damaged ({e.Message})");
        }
    }
}
