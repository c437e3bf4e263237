using System.Collections.Concurrent;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// The keys and certificates of a token that a line shares, so that it is not searched for each of its devices: SoftHSM2 opens the files of
/// all objects for each search. It is used only while it is the token's own: what anybody puts in or takes out changes the token's generation.
/// Its users make their calls together, so that nobody of this process comes between.
/// </summary>
/// <param name="readGeneration">Reads how often objects were put in or taken out; <see langword="null"/> where the token does not tell.</param>
internal sealed class TokenCatalogue(Func<ulong?> readGeneration)
{
    private static readonly ConcurrentDictionary<(string Module, string Serial), TokenCatalogue> Kept = [];
    private List<TokenObject> objects = [];
    private ulong? generation;

    /// <summary>The one of a token; <see langword="null"/> where none is kept.</summary>
    public static TokenCatalogue? Of(TokenInfo token) => Kept.GetValueOrDefault((token.ModulePath, token.Serial));

    /// <summary>Keeps one of a token from now on, which somebody is logged in to as long as it is kept: the handles in it end with the login.</summary>
    /// <param name="readGeneration">As the constructor has it.</param>
    public static void Keep(TokenInfo token, Func<ulong?> readGeneration) => Kept[(token.ModulePath, token.Serial)] = new TokenCatalogue(readGeneration);

    /// <summary>Keeps none any more.</summary>
    public static void ForgetAll() => Kept.Clear();

    /// <summary>What is in the token; listed anew when it is not known, or not any more.</summary>
    /// <param name="list">Lists them.</param>
    public IReadOnlyList<TokenObject> Objects(Func<IReadOnlyList<TokenObject>> list)
    {
        ulong? now = readGeneration();
        if (generation is null || now != generation)
        {
            objects = [.. list()];
            generation = now;
        }

        return objects;
    }

    /// <summary>Adds what was put in just now. Where somebody else has changed the token since it was looked at, the number does not fit, and it is listed anew.</summary>
    public void Add(params TokenObject[] made)
    {
        generation += (ulong)made.Length;
        objects.AddRange(made);
    }
}
