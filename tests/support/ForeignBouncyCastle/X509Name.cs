namespace Org.BouncyCastle.Asn1.X509;

/// <summary>
/// Another module's BouncyCastle, of another version: it has the names ours has and nothing behind them, so that whoever takes
/// it for ours fails.
/// </summary>
public sealed class X509Name
{
    /// <summary>Tells the two apart.</summary>
    public static string Origin => "foreign";
}
