using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Api;

/// <summary>A certificate of a server's chain that is not valid at the time this device's clock says.</summary>
/// <param name="Subject">Whose it is, fit for a message.</param>
/// <param name="NotBefore">When it begins, UTC.</param>
/// <param name="NotAfter">When it ends, UTC.</param>
/// <param name="Alone">Whether nothing else is wrong with the chain.</param>
internal sealed record CertificateTerm(string Subject, DateTime NotBefore, DateTime NotAfter, bool Alone)
{
    private const X509ChainStatusFlags Time = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    /// <summary>Looks for the certificate whose time it is not.</summary>
    /// <param name="chain">A chain that was built and found wanting.</param>
    /// <returns>The term, or <see langword="null"/> when time is not what is wrong.</returns>
    internal static CertificateTerm? Of(X509Chain? chain)
    {
        bool alone = chain?.ChainStatus.All(status => (status.Status & ~Time) == 0) == true;
        return chain?.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))) is { } late
            ? new CertificateTerm(Printable.Text(late.Certificate.Subject), late.Certificate.NotBefore.ToUniversalTime(), late.Certificate.NotAfter.ToUniversalTime(), alone)
            : null;
    }
}
