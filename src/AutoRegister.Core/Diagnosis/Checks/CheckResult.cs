using System.Globalization;
using AutoRegister.Core.Diagnosis.Checks;

namespace AutoRegister;

/// <summary>One numbered check: output of <c>Test-SotaRegistration</c>. No secret is ever in it.</summary>
/// <param name="Number">Its number, the same in every run.</param>
/// <param name="Seen">What was seen, or why nothing was looked at.</param>
/// <param name="Remedy">What to do about it; empty when there is nothing to do.</param>
public sealed record CheckResult(int Number, string Name, CheckStatus Status, string Seen, string Remedy)
{
    /// <summary>Number, name and how it ended.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Name}: {Status}");
}
