using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a token label with those of the module that is given, or that the hsm file names.</summary>
public sealed class TokenLabelCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.TokenLabels(Root(bound), Module(bound));
}
