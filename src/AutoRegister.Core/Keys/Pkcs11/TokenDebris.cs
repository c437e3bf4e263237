namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// What a module leaves that was killed while it made an object for us. SoftHSM2 writes an object one attribute at a time, so
/// there may be one without class, without names, or without value. Nothing that was there before we began is ever debris.
/// </summary>
public static class TokenDebris
{
    /// <summary>What is to be remembered before anything is made.</summary>
    /// <param name="objects">All objects of the token.</param>
    /// <returns>One text for each object, good for comparing.</returns>
    public static IReadOnlyList<string> Inventory(IReadOnlyList<TokenObject> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return [.. objects.Select(Describe)];
    }

    /// <summary>Finds the debris.</summary>
    /// <param name="objects">All objects of the token.</param>
    /// <param name="before">The inventory from before our first attempt.</param>
    /// <returns>The objects to remove.</returns>
    public static IReadOnlyList<TokenObject> Find(IReadOnlyList<TokenObject> objects, IReadOnlyCollection<string> before)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return [.. objects.Where(o => IsTorn(o) && !before.Contains(Describe(o)))];
    }

    // A private key shows no value; whether it is whole is seen when it signs.
    private static bool IsTorn(TokenObject o) =>
        o.Kind == TokenObjectKind.Unreadable
        || o.Label.Length == 0
        || o.Id.Length == 0
        || (o.Kind != TokenObjectKind.PrivateKey && o.PublicKeyHash is null && IsNamedOurs(o));

    private static bool IsNamedOurs(TokenObject o) =>
        o.IsNamed(TokenNames.KeyLabel, TokenNames.KeyId) || o.IsNamed(TokenNames.CertificateLabel, TokenNames.CertificateId);

    private static string Describe(TokenObject o) => $"{o} {o.PublicKeyHash}".TrimEnd();
}
