namespace AutoRegister.Factory.Http;

/// <summary>How much one port takes from whom.</summary>
/// <param name="Connections">How many connections may be open at once.</param>
/// <param name="ConnectionsPerAddress">How many of them from one address.</param>
/// <param name="RequestsPerSecond">How many requests a second one address may send, over some seconds; null for any number.</param>
internal sealed record PortLimits(int Connections, int ConnectionsPerAddress, int? RequestsPerSecond)
{
    /// <summary>For development: one machine is everybody there.</summary>
    public static readonly PortLimits Development = new(4096, 4096, null);
}
