using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>A kind of device key the factory may be told to accept.</summary>
internal sealed record DeviceKeyType
{
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <summary>What LmP devices make.</summary>
    public static readonly DeviceKeyType P256 = new("p256", "06082A8648CE3D030107", 0);

    private static readonly DeviceKeyType[] All =
    [
        P256,
        new("p384", "06052B81040022", 0),
        new("p521", "06052B81040023", 0),
        new("rsa2048", null, 2048),
        new("rsa3072", null, 3072),
    ];

    private readonly string? curve;
    private readonly int rsaBits;

    private DeviceKeyType(string name, string? curve, int rsaBits)
    {
        Name = name;
        this.curve = curve;
        this.rsaBits = rsaBits;
    }

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>Reads a comma-separated list of names.</summary>
    public static IReadOnlySet<DeviceKeyType> ParseList(string names) => names.Split(',')
        .Select(name => All.FirstOrDefault(type => type.Name == name)
            ?? throw Arguments.Wrong($"--allow-key-types knows {string.Join(", ", All.Select(t => t.Name))}, not '{name}'"))
        .ToHashSet();

    /// <summary>The type of a public key, or null when it is none of the known ones.</summary>
    public static DeviceKeyType? Of(PublicKey key) => All.FirstOrDefault(type => type.Matches(key));

    // An EC key is recognised by the DER of its named curve: a key that spells its curve's parameters out
    // may claim any generator, and is none of ours.
    private bool Matches(PublicKey key) => curve is null
        ? key.Oid.Value == RsaEncryption && RsaSize(key) == rsaBits
        : key.Oid.Value == EcPublicKey && key.EncodedParameters is { } parameters
            && Convert.ToHexString(parameters.RawData) == curve;

    private static int RsaSize(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey() ?? throw new CryptographicException("The RSA key can't be read.");
        return rsa.KeySize;
    }
}
