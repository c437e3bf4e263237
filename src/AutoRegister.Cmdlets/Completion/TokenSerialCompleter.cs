using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a token's serial number with those of the module that is given, or that the hsm file names.</summary>
public sealed class TokenSerialCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.TokenSerials(Root(bound), Module(bound));
}
