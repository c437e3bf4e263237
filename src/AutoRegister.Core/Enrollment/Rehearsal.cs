using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using AutoRegister.Core.Certificates;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Goes the way of a registration once, with a throw-away key and against itself, while the token makes the real one: what the
/// runtime reads and compiles for the first CSR, the first TLS connection and the first answer is there when it is needed. It
/// leaves the process by no socket and touches no file but those that TLS reads (the system's trust anchors).
/// </summary>
public static class Rehearsal
{
    private static readonly Uri Stage = new("https://localhost/");
    private static int begun;

    /// <summary>Begins on another thread, once in a process, and only where another core would be idle.</summary>
    public static void Begin()
    {
        if (Environment.ProcessorCount > 1 && Interlocked.Exchange(ref begun, 1) == 0)
        {
            _ = Task.Run(TryRunAsync);
        }
    }

    /// <summary>The whole way; it ends when everything has been used once.</summary>
    internal static async Task RunAsync()
    {
        using var key = new ThrowAwayKey();
        var subject = new DeviceSubject("00000000-0000-4000-8000-000000000000", "rehearsal", Production: false);
        CertificateRequestBuilder.Build(subject, key);
        using X509Certificate2 certificate = key.Certify(subject);

        byte[] answer = Answer(certificate.ExportCertificatePem());

        (Stream here, Stream there) = SocketPair.Open();
        Task server = ServeAsync(there, certificate, answer);
        using (var client = new RegistrationClient(here, TrustAnchor.Of(certificate)))
        {
            var schedule = new RetrySchedule(TimeSpan.Zero, SilentObserver.Instance, TimeProvider.System);
            OAuthReply reply = await schedule.RunAsync(token => client.PostFormAsync(Stage, [], token), CancellationToken.None).ConfigureAwait(false);

            RegistrationAnswer.Check(reply.Body, subject, IssuedCertificate.Fingerprint(key.SubjectPublicKeyInfo.Span), DateTimeOffset.UtcNow).Toml.Encode(null);
        }


        await server.ConfigureAwait(false);
    }

    private static async Task TryRunAsync()
    {
        try
        {
            await RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing depends on it: what fails here fails again where somebody hears of it, and with the right words.
        }
    }

    private static async Task ServeAsync(Stream stream, X509Certificate2 certificate, byte[] answer)
    {
        using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(certificate).ConfigureAwait(false);
        int read = await tls.ReadAsync(new byte[4096]).ConfigureAwait(false);
        if (read > 0)
        {
            string head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n";
            await tls.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. answer]).ConfigureAwait(false);
        }
    }

    private static byte[] Answer(string pem)
    {
        var files = new Dictionary<string, string>
        {
            [CredentialFileNames.RootCertificate] = pem,
            [CredentialFileNames.ClientCertificate] = pem,
            [CredentialFileNames.SotaToml] = "[tls]\nserver = \"https://localhost:8443\"\n",
        };
        return JsonSerializer.SerializeToUtf8Bytes(files, EnrollmentJson.Default.DictionaryStringString);
    }

    private sealed class ThrowAwayKey : IDeviceKey
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public ReadOnlyMemory<byte> SubjectPublicKeyInfo => key.ExportSubjectPublicKeyInfo();

        public string SignatureAlgorithmOid => KeyAlgorithm.EcP256.SignatureOid();

        public byte[] Sign(ReadOnlySpan<byte> data) => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        public void Dispose() => key.Dispose();

        internal X509Certificate2 Certify(DeviceSubject subject)
        {
            var request = new CertificateRequest($"CN={subject.Uuid}, OU={subject.Factory}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(Stage.Host);
            request.CertificateExtensions.Add(names.Build());
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        }
    }
}
