using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a factory with the one the image was built for.</summary>
public sealed class FactoryCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.Factories(Root(bound));
}
