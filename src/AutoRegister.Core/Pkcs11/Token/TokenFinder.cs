using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>Chooses the device's token among all tokens of a module. A token that is initialised and not ours is never chosen.</summary>
internal static class TokenFinder
{
    /// <summary>Chooses the token.</summary>
    /// <param name="selector">What tells the token from others.</param>
    /// <param name="acceptBlank">Whether a blank token may be chosen when none answers the selector.</param>
    /// <param name="observer">Hears of tokens that cannot be read.</param>
    /// <returns>The slot; its token is initialised, or blank where that is acceptable.</returns>
    public static TokenSlot Find(LoadedModule module, TokenSelector selector, bool acceptBlank, IRegistrationObserver observer)
    {
        var failures = new List<AutoRegisterException>();
        IReadOnlyList<TokenSlot> slots = TokenSlot.List(module, failures);
        failures.ForEach(e => observer.ReportWarning($"A token that does not say what it is was left out. {e.Message}"));
        TokenSlot[] matches = [.. slots.Where(slot => selector.Matches(slot.Token))];
        if (matches.Length > 0)
        {
            TokenSlot one = Single(matches, selector, module);
            WarnOfNamesakes(one, slots, selector, observer);
            return one;
        }

        TokenSlot[] blanks = [.. slots.Where(slot => selector.MatchesBlank(slot.Token))];
        if (!acceptBlank || blanks.Length == 0)
        {
            throw failures.Count > 0 ? failures[0] : NotFound(slots, blanks.Length, selector, module);
        }

        if (blanks.Length > 1)
        {
            // A fresh OP-TEE has three. Upstream takes the first as well, and an OTA client without a label the first initialised one.
            observer.ReportStep($"No token of {module.Path} is {selector}. Of {blanks.Length} blank ones the first is taken: {Names(blanks[..1])}. (The others: {Names(blanks[1..])}.)");
        }

        return blanks[0];
    }

    /// <summary>Takes the one token, and refuses to guess among several.</summary>
    /// <param name="matches">Tokens that answer the selector, at least one.</param>
    public static TokenSlot Single(IReadOnlyList<TokenSlot> matches, TokenSelector selector, LoadedModule module) =>
        matches.Count == 1 ? matches[0] : throw new AutoRegisterException(
            ErrorId.HsmTokenAmbiguous,
            $"{matches.Count} tokens of {module.Path} are {selector}: {Names(matches)}.",
            matches.DistinctBy(slot => slot.Token.Serial).Count() == matches.Count
                ? $"Choose one by its serial number: HSM_TOKEN_SERIAL or HSM_URI in {module.Door.Users.FilePath}, or -TokenSerial."
                : "Their serial numbers do not tell them apart: remove one of them, or give it another label, with the token's own tools.",
            module.Path);

    // aktualizr-lite looks by label alone, and takes the first in the module's order of slots.
    private static void WarnOfNamesakes(TokenSlot chosen, IReadOnlyList<TokenSlot> slots, TokenSelector selector, IRegistrationObserver observer)
    {
        TokenSlot first = slots.First(slot => slot.Token.IsInitialized && slot.Token.Label == selector.Label);
        if (first != chosen)
        {
            observer.ReportWarning($"The OTA client looks for a token by its label alone, and the first one that is \"{selector.Label}\" is not this device's ({Names([chosen])}) but {Names([first])}. Give that one another label.");
        }
    }

    private static AutoRegisterException NotFound(IReadOnlyList<TokenSlot> slots, int blanks, TokenSelector selector, LoadedModule module)
    {
        string others = slots.Count == 0 ? "It has no token at all." : $"It has: {Names(slots)}.";
        return new AutoRegisterException(
            ErrorId.HsmTokenNotFound,
            $"No token of {module.Path} is {selector}. {others}",
            blanks > 0
                ? "Let New-HsmDeviceKey initialise the blank token."
                : "Check the label, that the token is present, and that this user may use it; only a blank token is ever initialised.",
            module.Path);
    }

    private static string Names(IEnumerable<TokenSlot> slots) => string.Join(", ", slots.Select(slot =>
        string.Create(CultureInfo.InvariantCulture, $"{(slot.Token.IsInitialized ? $"\"{slot.Token.Label}\"" : "blank")} serial {(slot.Token.Serial.Length == 0 ? "(none)" : slot.Token.Serial)} in slot {slot.Token.SlotId}")));
}
