using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a hardware id with the one the image was built for.</summary>
public sealed class HardwareIdCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.HardwareIds(Root(bound));
}
