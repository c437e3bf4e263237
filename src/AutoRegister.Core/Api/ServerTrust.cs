using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Api;

/// <summary>Whom a client trusts, and why it last did not.</summary>
/// <param name="anchor">A further trust anchor; <see langword="null"/> for the system's alone.</param>
internal sealed class ServerTrust(TrustAnchor? anchor = null)
{
    private readonly ConcurrentDictionary<string, CertificateTerm> untimely = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Is shown every certificate, whether it is trusted or not.</summary>
    internal Action<X509Certificate?, SslPolicyErrors>? Seen { get; init; }

    /// <summary>The certificate whose time it is not, of a server whose last handshake failed.</summary>
    internal CertificateTerm? UntimelyOf(string host) => untimely.GetValueOrDefault(host);

    /// <summary>Makes TLS ask this.</summary>
    /// <exception cref="Errors.AutoRegisterException">The trust anchors that the environment names cannot be read.</exception>
    internal void Apply(SslClientAuthenticationOptions options)
    {
        options.CertificateChainPolicy = SystemTrust.ClientPolicy();
        options.RemoteCertificateValidationCallback = Validate;
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Seen?.Invoke(certificate, errors);
        bool chainAlone = errors == SslPolicyErrors.RemoteCertificateChainErrors;
        CertificateTerm? term = CertificateTerm.Of(chain) is { } found ? found with { Alone = found.Alone && chainAlone } : null;
        bool trusted = errors == SslPolicyErrors.None || (chainAlone && PartialChain.EndsIn(chain, chain?.ChainPolicy.CustomTrustStore))
            || anchor?.Validate(certificate, chain, errors, ref term) == true;
        string host = (sender as SslStream)?.TargetHostName ?? string.Empty;
        if (!trusted && term is not null)
        {
            untimely[host] = term;
        }
        else
        {
            untimely.TryRemove(host, out _);
        }

        return trusted;
    }
}
