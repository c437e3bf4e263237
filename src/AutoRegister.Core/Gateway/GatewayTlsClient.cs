using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Core.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace AutoRegister.Core.Gateway;

/// <summary>The TLS client that speaks to the gateway: TLS 1.2, or 1.3 where the device key can, with the device's certificate.</summary>
internal sealed class GatewayTlsClient(BcTlsCrypto crypto, Uri server, X509Certificate2Collection roots, IReadOnlyList<byte[]> chain, IDeviceKey key)
    : DefaultTlsClient(crypto)
{
    /// <summary>What became of the handshake.</summary>
    internal GatewayIdentity? Identity { get; private set; }

    /// <summary>The version that was agreed on.</summary>
    internal string Protocol => m_context?.ServerVersion?.ToString() ?? string.Empty;

    public override TlsAuthentication GetAuthentication() => Identity = new GatewayIdentity(m_context, crypto, server.IdnHost, roots, chain, key);

    protected override ProtocolVersion[] GetSupportedVersions() =>
        GatewaySigner.FitsTls13(key) ? ProtocolVersion.TLSv13.DownTo(ProtocolVersion.TLSv12) : ProtocolVersion.TLSv12.Only();

    // In TLS 1.2 the list also says which curves the client's own certificate may have (RFC 8422, section 5.1); P-521 is not in it by default.
    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) =>
        [.. base.GetSupportedGroups(namedGroupRoles).Union([NamedGroup.secp521r1])];

    // RFC 6066, section 3: an address is no server name.
    protected override IList<ServerName>? GetSniServerNames() =>
        IPAddress.TryParse(server.IdnHost, out _) ? null : [new ServerName(NameType.host_name, Encoding.ASCII.GetBytes(server.IdnHost))];
}
