using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// What a module leaves that was killed while it made an object for us. SoftHSM2 writes an object one attribute at a time, so
/// there may be one without class, without names, or without value. Nothing that was there before we began is ever taken for incomplete.
/// </summary>
public static class IncompleteObjects
{
    /// <summary>What is to be remembered before anything is made.</summary>
    /// <param name="objects">All objects of the token.</param>
    /// <returns>One text for each object that could be taken for an incomplete one later, good for comparing.</returns>
    public static IReadOnlyList<string> Inventory(IReadOnlyList<TokenObject> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return [.. objects.Where(IsTorn).Select(Describe)];
    }

    /// <summary>Finds what an interrupted run left incomplete.</summary>
    /// <param name="objects">All objects of the token.</param>
    /// <param name="before">The inventory from before our first attempt.</param>
    /// <param name="ours">The device's names. In a token that it shares with others, only what has one of them can be ours.</param>
    /// <returns>The objects to remove.</returns>
    public static IReadOnlyList<TokenObject> Find(IReadOnlyList<TokenObject> objects, IReadOnlyCollection<string> before, DeviceObjects ours)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(ours);
        return [.. objects.Where(o => IsTorn(o) && (ours.IsStandard ? HasNoNames(o) || ours.Names(o) : ours.Touches(o)) && !before.Contains(Describe(o)))];
    }

    // A private key shows no value; whether it is whole is seen when it signs.
    private static bool IsTorn(TokenObject o) =>
        HasNoNames(o) || (o.Kind != TokenObjectKind.PrivateKey && o.PublicKeyHash is null);

    private static bool HasNoNames(TokenObject o) => o.Kind == TokenObjectKind.Unreadable || o.Label.Length == 0 || o.Id.Length == 0;

    private static string Describe(TokenObject o) => $"{o} {o.PublicKeyHash}".TrimEnd();
}
