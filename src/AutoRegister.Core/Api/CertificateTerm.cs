using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Api;

/// <summary>A certificate of a server's chain that is not valid at the time this device's clock says, while nothing else is wrong.</summary>
/// <param name="Subject">Whose it is, fit for a message.</param>
/// <param name="NotBefore">When it begins, UTC.</param>
/// <param name="NotAfter">When it ends, UTC.</param>
internal sealed record CertificateTerm(string Subject, DateTime NotBefore, DateTime NotAfter)
{
    private const X509ChainStatusFlags Time = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    /// <summary>Looks for the certificate that time alone makes a chain fail for.</summary>
    /// <param name="chain">A chain that was built and found wanting.</param>
    /// <returns>The term, or <see langword="null"/> when something else is wrong.</returns>
    internal static CertificateTerm? Of(X509Chain? chain)
    {
        if (chain is null || chain.ChainStatus.Length == 0 || chain.ChainStatus.Any(status => (status.Status & ~Time) != 0))
        {
            return null;
        }

        return chain.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))) is { } late
            ? new CertificateTerm(Printable.Text(late.Certificate.Subject), late.Certificate.NotBefore.ToUniversalTime(), late.Certificate.NotAfter.ToUniversalTime())
            : null;
    }
}
