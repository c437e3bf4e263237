using System.Formats.Asn1;
using System.Numerics;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>A kind of device key the factory may be told to accept.</summary>
internal sealed record DeviceKeyType
{
    /// <summary>What LmP devices make.</summary>
    public static readonly DeviceKeyType P256 = new("p256", [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], 0);

    private static readonly DeviceKeyType[] All =
    [
        P256,
        new("p384", [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22], 0),
        new("p521", [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23], 0),
        new("rsa2048", null, 2048),
        new("rsa3072", null, 3072),
    ];

    private readonly byte[]? curve;
    private readonly int rsaBits;

    private DeviceKeyType(string name, byte[]? curve, int rsaBits)
    {
        Name = name;
        this.curve = curve;
        this.rsaBits = rsaBits;
    }

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>Reads a comma-separated list of names.</summary>
    /// <param name="what">Where they were given, for the error.</param>
    /// <param name="code">How the program ends that was given another.</param>
    public static IReadOnlySet<DeviceKeyType> ParseList(string names, string what, ExitCode code) => names.Split(',')
        .Select(name => All.FirstOrDefault(type => type.Name == name)
            ?? throw new ExitException(code, $"{what} knows {string.Join(", ", All.Select(t => t.Name))}, not '{name}'"))
        .ToHashSet();

    /// <summary>The type of a public key, or null when it is none of the known ones.</summary>
    /// <exception cref="AsnContentException">It says that it is an RSA key, and is none.</exception>
    public static DeviceKeyType? Of(SubjectPublicKey key) => key.Algorithm switch
    {
        // An EC key is recognised by the DER of its named curve: a key that spells its curve's parameters out
        // may claim any generator, and is none of ours.
        SubjectPublicKey.EllipticCurve => Array.Find(All, type => type.curve is { } curve && key.Parameters.Span.SequenceEqual(curve)),
        SubjectPublicKey.Rsa => RsaSize(key) is var bits ? Array.Find(All, type => type.curve is null && type.rsaBits == bits) : null,
        _ => null,
    };

    // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017, appendix A.1.1).
    private static long RsaSize(SubjectPublicKey key)
    {
        BigInteger modulus = new AsnReader(key.Key, AsnEncodingRules.DER).ReadSequence().ReadInteger();
        return modulus.GetBitLength();
    }
}
