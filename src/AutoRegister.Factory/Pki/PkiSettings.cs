namespace AutoRegister.Factory.Pki;

/// <summary>Where a production factory's keys and certificates are. Names without a directory are below <see cref="Directory"/>.</summary>
internal sealed record PkiSettings
{
    /// <summary>A folder of <c>fioctl keys ca</c>, as it is or what belongs on this machine of it.</summary>
    public required string Directory { get; init; }

    /// <summary>The factory: the OU of its device CAs.</summary>
    public required string Factory { get; init; }

    /// <summary>The host that stations and devices know this server by.</summary>
    public required string Host { get; init; }

    /// <summary>The certificate of the device CA that issues.</summary>
    public string DeviceCa { get; init; } = "local-ca.pem";

    /// <summary>Its key: a PEM file or a <c>pkcs11:</c> URI; <see langword="null"/> for the file with the certificate's name and <c>.key</c>.</summary>
    public string? DeviceCaKey { get; init; }

    /// <summary>In how many sessions of a token its key signs at once.</summary>
    public int DeviceCaSessions { get; init; } = 1;

    /// <summary>The file with the passphrase of an encrypted key file.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>Other device CAs whose certificates count; fioctl's <c>online-crt</c> is one of them wherever it is there.</summary>
    public IReadOnlyList<string> TrustedCas { get; init; } = [];

    /// <summary>The server's own TLS certificate, which the root's owner signed.</summary>
    public string TlsCertificate { get; init; } = "tls.pem";

    /// <summary>Its key, which never leaves this machine.</summary>
    public string TlsKey { get; init; } = "tls.key";

    /// <summary>A path as it is meant.</summary>
    public string PathOf(string name) => Path.Combine(Directory, name);
}
