using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// What a registration would have said of the device gateway, for a device whose certificate its manufacturer put into the token:
/// nobody else tells it.
/// </summary>
public sealed record ProvisionedGateway
{
    private ProvisionedGateway()
    {
    }

    /// <summary>The gateway's URL (<c>[tls] server</c>), without a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where the OTA client takes OSTree content from (<c>[pacman] ostree_server</c>).</summary>
    public required string OstreeServer { get; init; }

    /// <summary>The text of <c>root.crt</c>: what the gateway's certificate chains to, PEM.</summary>
    public required string RootCertificate { get; init; }

    /// <summary>Reads what a person says of the gateway.</summary>
    /// <param name="server">The gateway's URL: https, without path, query and user.</param>
    /// <param name="ostreeServer">Where OSTree content is; <see langword="null"/> for <c>/treehub</c> of the gateway, as Foundries' reference server has it.</param>
    /// <param name="rootCertificatePath">A PEM file with the factory's root certificate.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>, <see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.CaFileInvalid"/>.</exception>
    public static ProvisionedGateway Load(string server, string? ostreeServer, string rootCertificatePath)
    {
        Uri gateway = Https(server, "gateway");
        if (gateway.PathAndQuery != "/")
        {
            throw Invalid("gateway", server, "has a path");
        }

        return new ProvisionedGateway
        {
            Server = gateway,
            OstreeServer = ostreeServer is null ? gateway.GetLeftPart(UriPartial.Authority) + "/treehub" : Https(ostreeServer, "OSTree server").AbsoluteUri.TrimEnd('/'),
            RootCertificate = ReadRoot(rootCertificatePath),
        };
    }

    // AbsoluteUri and GetLeftPart are percent-encoded: nothing in them needs an escape in sota.toml.
    private static Uri Https(string text, string what) =>
        !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttps || uri.Host.Length == 0 ? throw Invalid(what, text, "is no absolute https URL")
        : uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 ? throw Invalid(what, uri.Host, "has a user name or a fragment")
        : uri;

    private static string ReadRoot(string path) =>
        string.Concat(CaFile.Read(path, "-RootCertificatePath").Select(root => Pem.Encode(Pem.Certificate, root.RawDataMemory.Span)));

    private static AutoRegisterException Invalid(string what, string text, string problem) => new(
        ErrorId.SettingInvalid, $"The URL of the {what} '{Printable.Text(text)}' {problem}.", "Give a URL such as https://ota.example.com:8443.", text);
}
