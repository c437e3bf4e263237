using System.Net;

namespace AutoRegister.Core.Api;

/// <summary>Why one address of a host could not be connected to.</summary>
/// <param name="timedOut">Whether nothing answered there.</param>
/// <param name="problem">What is wrong, in a few words.</param>
internal sealed class AddressFailure(IPAddress address, bool timedOut, string problem, Exception cause) : IOException($"{address}: {problem}", cause)
{
    /// <summary>Whether nothing answered there.</summary>
    internal bool TimedOut => timedOut;
}
