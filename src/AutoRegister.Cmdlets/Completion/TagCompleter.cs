using System.Collections;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a tag with those of the device and its image.</summary>
public sealed class TagCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words(string typed, IDictionary bound) => Candidates.Tags(Root(bound));
}
