using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>What a SOTA directory holds before a registration: nothing, a whole identity, or parts of one.</summary>
public sealed class InstalledCredentials
{
    private readonly string sotaPath;
    private readonly List<string> problems = [];

    private InstalledCredentials(string sotaPath) => this.sotaPath = sotaPath;

    /// <summary>Whether anything of a registration is there.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether the identity is whole: an OTA client can use it.</summary>
    public bool Complete => Any && problems.Count == 0;

    /// <summary>Whether no registration was ever finished here: <c>sota.toml</c> is missing, and the OTA client never ran.</summary>
    public bool LacksCommitMark => !File.Exists(Path.Join(sotaPath, CredentialFileNames.SotaToml)) && !File.Exists(Path.Join(sotaPath, "sql.db"));

    /// <summary>What is missing or does not fit, one sentence each.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>The configuration, when it can be read.</summary>
    public SotaToml? Toml { get; private set; }

    /// <summary>The device certificate, when there is a file of it.</summary>
    public IssuedCertificate? Certificate { get; private set; }

    /// <summary>The name of the file with the device's key, where it is in one.</summary>
    internal string KeyFile => Toml?.KeyFile ?? CredentialFileNames.PrivateKey;

    /// <summary>The name of the file with the device's certificate.</summary>
    internal string CertificateFile => Toml?.CertificateFile ?? CredentialFileNames.ClientCertificate;

    /// <summary>What the registration wrote down of itself; <see langword="null"/> when nothing did, or it is another device's.</summary>
    internal RegistrationRecord? Record { get; private set; }

    /// <summary>The files that are there, full paths.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>Looks at a SOTA directory and changes nothing.</summary>
    /// <param name="sotaPath">The directory on this machine; it need not exist.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ReadFailed"/>.</exception>
    public static InstalledCredentials Inspect(string sotaPath)
    {
        var found = new InstalledCredentials(sotaPath);
        string[] names = [.. CredentialFileNames.Known, CredentialFileNames.PrivateKey];
        found.Files = names.Select(name => Path.Join(sotaPath, name)).Where(File.Exists).ToList();
        found.Any = found.Files.Count > 0 || File.Exists(Path.Join(sotaPath, "sql.db"));
        if (found.Any)
        {
            found.InspectToml();
            found.InspectRoot();
            found.InspectIdentity();
            found.InspectSignatures();
            string[] rotated = [found.CertificateFile, found.KeyFile];
            found.Files = [.. found.Files, .. rotated.Except(names).Select(name => Path.Join(sotaPath, name)).Where(File.Exists)];
        }

        return found;
    }

    private void InspectToml()
    {
        string? text = Read(CredentialFileNames.SotaToml);
        if (text is null)
        {
            problems.Add("sota.toml is missing");
            return;
        }

        Record = RegistrationRecord.Read(text);
        Toml = SotaToml.TryParse(text, out string problem);
        if (Toml is null)
        {
            problems.Add($"sota.toml cannot be used: {problem}");
        }
        else if (Toml.GatewayServer.Length == 0)
        {
            problems.Add("sota.toml names no [tls] server");
        }
    }

    private void InspectRoot()
    {
        string? text = Read(CredentialFileNames.RootCertificate);
        if (text is null)
        {
            problems.Add("root.crt is missing");
        }
        else if (InstalledChain.FindUnreadable(CredentialFileNames.RootCertificate, text) is string unreadable)
        {
            problems.Add(unreadable);
        }
    }

    private void InspectIdentity()
    {
        string? text = Read(CertificateFile);
        bool inToken = Toml?.HasToken ?? false;
        if (text is null)
        {
            // With a token the file is a copy: the OTA client uses the certificate in the token.
            if (!inToken)
            {
                problems.Add($"{CertificateFile} is missing");
            }
        }
        else
        {
            try
            {
                Certificate = IssuedCertificate.Parse(text);
                Record = Record?.Uuid == Certificate.CommonName ? Record : null;
            }
            catch (AutoRegisterException)
            {
                problems.Add($"{CertificateFile} holds no certificate");
            }
        }

        if (!inToken)
        {
            InspectKeyFile();
        }
    }

    private void InspectKeyFile()
    {
        using var key = FileDeviceKey.TryOpen(Path.Join(sotaPath, KeyFile));
        if (key is null)
        {
            problems.Add($"{KeyFile} is missing or holds no private key");
        }
        else if (Certificate is not null && PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) != Certificate.KeyFingerprint)
        {
            problems.Add($"{KeyFile} and {CertificateFile} are not a pair");
        }
    }

    /// <summary>What parses may still have a flipped bit. Where something is missing already, its signature is not missed as well.</summary>
    private void InspectSignatures()
    {
        if (problems.Count == 0)
        {
            problems.AddRange(new InstalledChain(
                Read(CredentialFileNames.RootCertificate)!, Read(CertificateFile), Read(CredentialFileNames.ClientChain), Record).FindProblems());
        }
    }

    private string? Read(string name)
    {
        if (name == CredentialFileNames.SotaToml)
        {
            return SotaFile.TryReadText(Path.Join(sotaPath, name));
        }

        byte[]? content = SmallFile.TryReadOwn(Path.Join(sotaPath, name));
        return content is null ? null : Encoding.UTF8.GetString(content);
    }
}
