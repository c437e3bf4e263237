using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Api;

/// <summary>
/// Trust in a certificate that is no root, as curl has it: OpenSSL's X509_V_FLAG_PARTIAL_CHAIN (X509_VERIFY_PARAM_set_flags(3)). .NET
/// has no such flag. Its chain has every signature, name and date checked up to where it ends, and says only that it ends in the wrong place.
/// </summary>
internal static class PartialChain
{
    private const X509ChainStatusFlags EndsElsewhere = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    /// <summary>Whether one of these is in a chain with which nothing is wrong but its end.</summary>
    /// <param name="chain">A chain that was built and found wanting.</param>
    internal static bool EndsIn(X509Chain? chain, X509Certificate2Collection? anchors) =>
        chain is { ChainStatus.Length: > 0 } && anchors is not null
        && chain.ChainStatus.All(status => (status.Status & ~EndsElsewhere) == 0)
        && chain.ChainElements.Any(element => anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
}
