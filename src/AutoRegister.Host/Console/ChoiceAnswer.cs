using System.Management.Automation.Host;

namespace AutoRegister.Host;

/// <summary>One answer of a choice, as it is shown and typed. An ampersand in the label marks the hot key.</summary>
internal sealed record ChoiceAnswer(string Key, string Label)
{
    /// <summary>Takes a label like <c>Yes to &amp;All</c> apart.</summary>
    public static ChoiceAnswer Of(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        var label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        var key = mark >= 0 && mark < label.Length ? label[mark..(mark + 1)].ToUpperInvariant() : label;
        return new ChoiceAnswer(key, label);
    }

    /// <summary>Whether the person means this answer.</summary>
    public bool IsMeantBy(string typed) =>
        typed.Equals(Key, StringComparison.OrdinalIgnoreCase) || typed.Equals(Label, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => $"[{Key}] {Label}";
}
