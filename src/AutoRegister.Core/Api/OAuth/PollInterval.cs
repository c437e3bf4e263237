namespace AutoRegister.Core.Api.OAuth;

/// <summary>How long to wait before the next question; it only ever grows.</summary>
internal sealed class PollInterval(TimeSpan first)
{
    /// <summary>The wait before the next question.</summary>
    internal TimeSpan Next { get; private set; } = first;

    /// <summary>Makes this wait and all that follow longer.</summary>
    internal void Lengthen(TimeSpan by) => Next += by;
}
