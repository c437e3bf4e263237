using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Storage;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// The factory's keys and certificates, made at first start. Each file is made only when it is missing, keys before
/// their certificates, so a first start that was cut short is finished by the next one.
/// </summary>
internal sealed class FactoryPki : IDisposable
{
    private FactoryPki(X509Certificate2 root, X509Certificate2 deviceCa, ECDsa deviceCaKey, X509Certificate2 server)
    {
        Root = root;
        DeviceCa = deviceCa;
        DeviceCaKey = deviceCaKey;
        Server = server;
    }

    /// <summary>The root certificate.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The device CA's certificate.</summary>
    public X509Certificate2 DeviceCa { get; }

    /// <summary>The device CA's key.</summary>
    public ECDsa DeviceCaKey { get; }

    /// <summary>The TLS server certificate with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>Loads what is there and makes what is not.</summary>
    public static FactoryPki Open(DataDirectory data, string factory, string host, DateTimeOffset now)
    {
        using var rootKey = Key(data["root.key"]);
        var root = Certificate(data["root.crt"], () => Authority.CreateRoot(rootKey, factory, now));
        var deviceCaKey = Key(data["device-ca.key"]);
        var deviceCa = Certificate(data["device-ca.crt"], () => Authority.CreateDeviceCa(deviceCaKey, factory, root, rootKey));
        RefuseOtherFactory(deviceCa, factory, data["device-ca.crt"]);

        using var serverKey = Key(data["server.key"]);
        var server = Certificate(data["server.crt"], () => Authority.CreateServer(serverKey, host, root, rootKey));
        if (!server.MatchesHostname(host))
        {
            // Started with another --address or --host: same key, same root, another name.
            Make(data["server.crt"], () => Authority.CreateServer(serverKey, host, root, rootKey));
            server = Certificate(data["server.crt"], () => Authority.CreateServer(serverKey, host, root, rootKey));
        }

        return new FactoryPki(root, deviceCa, deviceCaKey, server.CopyWithPrivateKey(serverKey));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        DeviceCa.Dispose();
        DeviceCaKey.Dispose();
        Server.Dispose();
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
        using var made = make();
        AtomicFile.Write(path, made.ExportCertificatePem() + "\n");
    }

    private static void RefuseOtherFactory(X509Certificate2 deviceCa, string factory, string path)
    {
        var made = DistinguishedName.Decode(deviceCa.SubjectName).FirstOrDefault(a => a.Oid == DistinguishedName.OrganizationalUnit).Value;
        if (made != factory)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} was made for the factory '{made}', not '{factory}'");
        }
    }
}
