using System.Buffers.Text;
using System.Collections.ObjectModel;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>The other side of a rehearsal: one connection, a HEAD, a POST, and an answer that passes every check.</summary>
internal sealed class RehearsalServer : IDisposable
{
    private readonly X509Certificate2 certificate;

    private RehearsalServer(X509Certificate2 certificate) => this.certificate = certificate;

    /// <summary>What a client has to trust.</summary>
    internal TrustAnchor Anchor => TrustAnchor.Of(certificate);

    /// <summary>A server whose certificate, made with the device's own key file, is the one it issues too.</summary>
    /// <param name="key">The device key, in a file.</param>
    /// <returns>The server.</returns>
    internal static RehearsalServer For(DeviceKey key)
    {
        using var pair = ECDsa.Create();
        pair.ImportFromPem(File.ReadAllText(key.KeyLocation));
        var request = new CertificateRequest($"CN={key.Uuid}, OU={key.Config.Factory}", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(RehearsalStage.Api.Host);
        request.CertificateExtensions.Add(names.Build());
        return new RehearsalServer(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
    }

    /// <summary>Answers until the client has what it came for.</summary>
    /// <param name="stream">The connection, which is closed afterwards.</param>
    /// <returns>A task.</returns>
    internal async Task ServeAsync(Stream stream)
    {
        using var tls = new SslStream(stream);
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = Context(certificate, ReadOnlyCollection<X509Certificate2>.Empty, null) };
        await tls.AuthenticateAsServerAsync(options).ConfigureAwait(false);
        await ReadRequestAsync(tls).ConfigureAwait(false);
        await WriteAsync(tls, "405 Method Not Allowed", []).ConfigureAwait(false);
        await ReadRequestAsync(tls).ConfigureAwait(false);
        await WriteAsync(tls, "201 Created", Answer()).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();

    private static async Task ReadRequestAsync(SslStream tls)
    {
        var buffer = new byte[16 * 1024];
        int length = 0;
        int read;
        do
        {
            read = await tls.ReadAsync(buffer.AsMemory(length)).ConfigureAwait(false);
            length += read;
        }
        while (read > 0 && !IsWhole(buffer.AsSpan(0, length)));
    }

    private static bool IsWhole(ReadOnlySpan<byte> request)
    {
        int end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> name = "Content-Length: "u8;
        int at = request[..end].IndexOf(name);
        int body = at >= 0 && Utf8Parser.TryParse(request[(at + name.Length)..end], out int length, out _) ? length : 0;
        return request.Length >= end + 4 + body;
    }

    private static async Task WriteAsync(SslStream tls, string status, byte[] body)
    {
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        await tls.WriteAsync((byte[])[.. head, .. body]).ConfigureAwait(false);
    }

    // The public way builds a chain first, and reads every certificate of the system for it: more work than all the rest.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext Context(X509Certificate2 target, ReadOnlyCollection<X509Certificate2> intermediates, SslCertificateTrust? trust);

    private byte[] Answer()
    {
        string pem = certificate.ExportCertificatePem();
        var files = new Dictionary<string, string>
        {
            [CredentialFileNames.RootCertificate] = pem,
            [CredentialFileNames.ClientCertificate] = pem,
            [CredentialFileNames.SotaToml] = "[tls]\nserver = \"https://localhost:8443\"\n",
        };
        return JsonSerializer.SerializeToUtf8Bytes(files, EnrollmentJson.Default.DictionaryStringString);
    }
}
