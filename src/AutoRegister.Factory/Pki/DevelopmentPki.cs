using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Storage;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// The keys and certificates of a factory for development, made at first start, the root's key among them. Each file is made only when
/// it is missing, keys before their certificates, so a first start that was cut short is finished by the next one.
/// </summary>
internal static class DevelopmentPki
{
    /// <summary>Loads what is there and makes what is not.</summary>
    public static FactoryPki Open(DataDirectory data, string factory, string host, DateTimeOffset now)
    {
        using ECDsa rootKey = Key(data["root.key"]);
        using X509Certificate2 root = Certificate(data["root.crt"], () => Authority.CreateRoot(rootKey, factory, now));
        using ECDsa deviceCaKey = Key(data["device-ca.key"]);
        using X509Certificate2 deviceCa = Certificate(data["device-ca.crt"], () => Authority.CreateDeviceCa(deviceCaKey, factory, root, rootKey));
        var ca = new DeviceCa(CertificateFacts.Read(deviceCa.RawData));
        if (ca.Factory != factory)
        {
            throw new ExitException(ExitCode.Configuration, $"{data["device-ca.crt"]} was made for the factory '{ca.Factory}', not '{factory}'");
        }

        using ECDsa serverKey = Key(data["server.key"]);
        using X509Certificate2 server = Server(data["server.crt"], host, () => Authority.CreateServer(serverKey, host, root, rootKey));
        return new FactoryPki
        {
            Roots = new RootCertificates([CertificateFacts.Read(root.RawData)]),
            DeviceCa = ca,
            TrustedCas = [ca],
            DeviceCaKey = FileDeviceCaKey.Open(data["device-ca.key"]),
            Server = new ServerCertificate(server.CopyWithPrivateKey(serverKey)),
        };
    }

    private static X509Certificate2 Server(string path, string host, Func<X509Certificate2> make)
    {
        X509Certificate2 server = Certificate(path, make);
        if (server.MatchesHostname(host))
        {
            return server;
        }

        // Started with another --address or --host: same key, same root, another name.
        server.Dispose();
        Make(path, make);
        return Certificate(path, make);
    }

    private static ECDsa Key(string path)
    {
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            AtomicFile.Write(path, made.ExportPkcs8PrivateKeyPem() + "\n");
        }

        var key = ECDsa.Create();
        key.ImportFromPem(SmallFile.ReadText(path));
        return key;
    }

    private static X509Certificate2 Certificate(string path, Func<X509Certificate2> make)
    {
        if (!File.Exists(path))
        {
            Make(path, make);
        }

        return X509Certificate2.CreateFromPem(SmallFile.ReadText(path));
    }

    private static void Make(string path, Func<X509Certificate2> make)
    {
        using X509Certificate2 made = make();
        AtomicFile.Write(path, made.ExportCertificatePem() + "\n");
    }
}
