namespace AutoRegister.Core.Api;

/// <summary>How long each phase of a request may take.</summary>
/// <param name="Connect">DNS, TCP and TLS together.</param>
/// <param name="Headers">From the start of the request to the end of the answer's headers, connecting included.</param>
public sealed record HttpTimeouts(TimeSpan Connect, TimeSpan Headers, TimeSpan Body)
{
    /// <summary>15, 60 and 60 seconds.</summary>
    public static HttpTimeouts Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));
}
