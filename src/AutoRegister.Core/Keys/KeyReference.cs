namespace AutoRegister.Core.Keys;

/// <summary>How a person names a key in a token: by label, by id, or by both.</summary>
/// <param name="Label">The label; <see langword="null"/> when it does not matter.</param>
/// <param name="Id">The id as lower-case hex; <see langword="null"/> when it does not matter.</param>
public sealed record KeyReference(string? Label, string? Id)
{
    /// <summary>The key as messages name it.</summary>
    public override string ToString() => (Label, Id) switch
    {
        (not null, not null) => $"\"{Label}\" (id {Id})",
        (not null, null) => $"\"{Label}\"",
        (null, not null) => $"id {Id}",
        _ => "any key",
    };
}
