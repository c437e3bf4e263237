using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>
/// A folder as <c>fioctl keys ca create</c> leaves it, made by openssl with the same extensions, names and modes; the root's key is
/// elsewhere. Beside it is the server's own TLS certificate, from our CSR.
/// </summary>
internal sealed class FioctlFolder : IDisposable
{
    /// <summary>Tests of it run one after the other: SIGHUP is the whole process's.</summary>
    public const string Collection = "fioctl folder";

    /// <summary>The host of the server's TLS certificate.</summary>
    public const string Host = "register.example.org";

    /// <summary>The host of the gateway's.</summary>
    public const string GatewayHost = "ota-lite.example.org";

    private readonly string top = Directory.CreateTempSubdirectory("fioctl-").FullName;

    public FioctlFolder()
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(top, "pki")).FullName;
        RootKey = System.IO.Path.Combine(top, "factory_ca.key");
        MakeKey(RootKey);
        MakeRoot("factory_ca.pem", RootKey);
        MakeDeviceCa("local-ca", "fio-user", FactoryProcess.FactoryName);
        MakeDeviceCa("online", "online", FactoryProcess.FactoryName);
        File.Move(this["online.pem"], this["online-crt"]);
        File.Delete(this["online.key"]);
        MakeGateway();
        MakeTls();
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The root's key, outside of it.</summary>
    public string RootKey { get; }

    /// <summary>A file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>How a factory is told of it.</summary>
    public PkiSettings Settings => new() { Directory = Path, Factory = FactoryProcess.FactoryName, Host = Host };

    /// <summary>Makes an EC key as SEC1, mode 0400.</summary>
    public static void MakeKey(string path, string curve = "prime256v1")
    {
        Tool.Run("sh", "-c", $"openssl ecparam -genkey -name {curve} | openssl ec -out '{path}'");
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
    }

    /// <summary>Makes a root for 20 years.</summary>
    public void MakeRoot(string name, string key)
    {
        Tool.Run("openssl", "req", "-new", "-x509", "-days", "7300", "-config", Config(
            "Factory-CA", FactoryProcess.FactoryName,
            "basicConstraints=CA:TRUE\nkeyUsage = keyCertSign, cRLSign\nextendedKeyUsage = critical, clientAuth, serverAuth"),
            "-key", key, "-out", this[name], "-sha256");
    }

    /// <summary>Makes a device CA and its key, for ten years.</summary>
    public void MakeDeviceCa(
        string name, string cn, string ou, string extensions = "keyUsage=critical, keyCertSign\nbasicConstraints=critical, CA:TRUE, pathlen:0")
    {
        MakeKey(this[$"{name}.key"]);
        SignDeviceCa(name, cn, ou, this[$"{name}.key"], extensions);
    }

    /// <summary>Makes a device CA for a key that is there.</summary>
    public void SignDeviceCa(
        string name, string cn, string ou, string key, string extensions = "keyUsage=critical, keyCertSign\nbasicConstraints=critical, CA:TRUE, pathlen:0")
    {
        Tool.Run("openssl", "req", "-new", "-config", Config(cn, ou, ""), "-key", key, "-out", Scratch("csr"));
        Sign(Scratch("csr"), this[$"{name}.pem"], extensions, 3650);
    }

    /// <summary>Makes local-ca.pem for a key whose private half only a token has.</summary>
    public void MakeDeviceCaFor(byte[] publicKey)
    {
        File.WriteAllBytes(Scratch("public"), publicKey);
        Tool.Run("openssl", "req", "-new", "-config", Config("fio-user", FactoryProcess.FactoryName, ""), "-key", this["local-ca.key"], "-out", Scratch("csr"));
        File.WriteAllText(Scratch("ext"), "keyUsage=critical, keyCertSign\nbasicConstraints=critical, CA:TRUE, pathlen:0\n");
        Tool.Run("openssl", "x509", "-req", "-days", "3650", "-in", Scratch("csr"), "-force_pubkey", Scratch("public"), "-CAcreateserial", "-CAserial", Scratch("srl"),
            "-extfile", Scratch("ext"), "-CAkey", RootKey, "-CA", this["factory_ca.pem"], "-sha256", "-out", Scratch("crt"));
        File.Move(Scratch("crt"), this["local-ca.pem"], overwrite: true);
    }

    /// <summary>The same under a name that is taken.</summary>
    public void MakeDeviceCaAnew(
        string name, string ou, string extensions = "keyUsage=critical, keyCertSign\nbasicConstraints=critical, CA:TRUE, pathlen:0")
    {
        File.Delete(this[$"{name}.key"]);
        MakeDeviceCa(name, "fio-user", ou, extensions);
    }

    /// <summary>Signs a CSR with the root's key.</summary>
    public void Sign(string csr, string certificate, string extensions, int days)
    {
        File.WriteAllText(Scratch("ext"), extensions + "\n");
        File.Delete(certificate);
        Tool.Run("openssl", "x509", "-req", "-days", $"{days}", "-in", csr, "-CAcreateserial", "-CAserial", Scratch("srl"), "-extfile", Scratch("ext"),
            "-CAkey", RootKey, "-CA", this["factory_ca.pem"], "-sha256", "-out", certificate);
    }

    /// <summary>Has our CSR signed as <c>fioctl keys ca sign</c> does it.</summary>
    public void MakeTls(string host = Host, int days = 3650, string usage = "serverAuth")
    {
        TlsSigningRequest.Write(this["tls.key"], this["tls.csr"], [host], FactoryProcess.FactoryName);
        Sign(this["tls.csr"], this["tls.pem"], $"keyUsage=critical, digitalSignature\nextendedKeyUsage=critical, {usage}\nsubjectAltName=DNS:{host}", days);
    }

    /// <summary>Opens it as the program does.</summary>
    public FactoryPki Open(Func<PkiSettings, PkiSettings>? change = null, TimeProvider? clock = null, Action<string>? report = null) =>
        ProductionPki.Open(change?.Invoke(Settings) ?? Settings, report ?? (_ => { }), clock ?? TimeProvider.System);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(top, recursive: true);

    private void MakeGateway()
    {
        MakeKey(Scratch("gateway"));
        Tool.Run("openssl", "req", "-new", "-config", Config(GatewayHost, FactoryProcess.FactoryName, ""), "-key", Scratch("gateway"), "-out", Scratch("csr"));
        Sign(Scratch("csr"), this["tls-crt"], $"keyUsage=critical, digitalSignature\nextendedKeyUsage=critical, serverAuth\nsubjectAltName=DNS:{GatewayHost}", 3650);
    }

    private string Config(string cn, string ou, string extensions)
    {
        string path = Scratch("cnf");
        File.WriteAllText(path, $"[req]\nprompt = no\ndistinguished_name = dn\n{(extensions.Length > 0 ? "x509_extensions = ext\n" : "")}[dn]\nCN = {cn}\nOU = {ou}\n[ext]\n{extensions}\n");
        return path;
    }

    private string Scratch(string kind) => System.IO.Path.Combine(top, $"scratch.{kind}");
}
