namespace AutoRegister.Core.Sota;

/// <summary>The file names a registration answer consists of: the keys of the 201 answer's JSON object.</summary>
public static class CredentialFileNames
{
    /// <summary>The factory's root certificate, PEM. Required.</summary>
    public const string RootCertificate = "root.crt";

    /// <summary>The device certificate, PEM, possibly followed by its issuers. Required.</summary>
    public const string ClientCertificate = "client.pem";

    /// <summary>The device certificate followed by its issuers, PEM. Optional.</summary>
    public const string ClientChain = "client.chained";

    /// <summary>The OTA client's configuration. Required; put in place last, as the commit mark.</summary>
    public const string SotaToml = "sota.toml";

    /// <summary>The device's private key, PEM. Never part of an answer.</summary>
    public const string PrivateKey = "pkey.pem";

    /// <summary>The names an answer may have, in the order the files are put in place.</summary>
    public static IReadOnlyList<string> Known { get; } = [RootCertificate, ClientChain, ClientCertificate, SotaToml];

    /// <summary>The names an answer must have.</summary>
    public static IReadOnlyList<string> Required { get; } = [RootCertificate, ClientCertificate, SotaToml];
}
