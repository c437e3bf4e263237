using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a key's label with those that the token shows without a login.</summary>
public sealed class KeyLabelCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Module(bound) is string module ? Candidates.KeyLabels(module, Token(bound)) : [];
}
