using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes the OTA client's unit with the name that LmP gives it.</summary>
public sealed class OtaClientServiceCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.OtaClientServices();
}
