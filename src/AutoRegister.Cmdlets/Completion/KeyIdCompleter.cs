using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a key's id with those that the token shows without a login.</summary>
public sealed class KeyIdCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Module(bound) is string module ? Candidates.KeyIds(module, Token(bound)) : [];
}
