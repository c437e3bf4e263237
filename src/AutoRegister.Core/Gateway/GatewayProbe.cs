using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace AutoRegister.Core.Gateway;

/// <summary>Asks the device gateway whether it knows this device: mutual TLS with the key and certificate that are in place.</summary>
public static class GatewayProbe
{
    private const int AnswerLimit = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Asks with what a SOTA directory holds.</summary>
    /// <param name="sotaPath">The SOTA directory on this machine.</param>
    /// <param name="hsm">The token; <see langword="null"/> when the key is a file. One login is made with its PIN.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.GatewayRefused"/>, or why it could not be asked.</exception>
    public static async Task<GatewayAnswer> AskAsync(string sotaPath, HsmSettings? hsm, IRegistrationObserver observer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var installed = InstalledCredentials.Inspect(sotaPath);
        if (!installed.Complete || !Uri.TryCreate(installed.Toml!.GatewayServer, UriKind.Absolute, out Uri? server) || server.Scheme != Uri.UriSchemeHttps)
        {
            string problem = string.Join("; ", installed.Problems.DefaultIfEmpty("there are none"));
            throw new AutoRegisterException(
                ErrorId.RegistrationIncomplete, $"The gateway cannot be asked with the credentials in '{sotaPath}': {problem}.", "Register the device first.", sotaPath);
        }

        var roots = new X509Certificate2Collection();
        roots.AddRange(Certificates(sotaPath, CredentialFileNames.RootCertificate).Select(X509CertificateLoader.LoadCertificate).ToArray());
        observer.ReportStep($"Asking the gateway {server} with the device's certificate");
        if (hsm is null)
        {
            using FileDeviceKey key = FileDeviceKey.TryOpen(Path.Join(sotaPath, installed.KeyFile)) ?? throw new AutoRegisterException(
                ErrorId.HsmKeyNotFound, $"There is no device key in {sotaPath}.", target: sotaPath);
            return await AskAsync(server, roots, Chain(sotaPath, installed.CertificateFile), key, cancellation).ConfigureAwait(false);
        }

        using var session = TokenSession.Open(hsm, mayInitialize: false, observer);
        session.MakeDurable();

        using TokenKey inToken = FindKey(session, hsm, installed.Toml);
        IReadOnlyList<byte[]> chain = Chain(sotaPath, installed.CertificateFile);
        byte[]? own = session.FindObjects(hsm.Objects).Where(o => o.Kind == TokenObjectKind.Certificate && o.Id == installed.Toml.TokenCertificateId).Select(session.ReadCertificate).LastOrDefault();
        return await AskAsync(server, roots, own is null ? chain : [own, .. chain.Skip(1)], inToken, cancellation).ConfigureAwait(false);
    }

    // By id alone, as the OTA client does; where many devices share the token, without a look at the others.
    private static TokenKey FindKey(TokenSession session, HsmSettings hsm, SotaToml toml) => hsm.Objects.IsStandard
        ? session.FindExistingKey(new KeyReference(null, toml.TokenKeyId))
        : session.FindKey(hsm.Objects.KeyLabel, hsm.Objects.KeyId) ?? throw new AutoRegisterException(
            ErrorId.HsmKeyNotFound, $"There is no key with id {hsm.Objects.KeyId} in {session.Token}.", target: hsm.TokenLabel);

    private static async Task<GatewayAnswer> AskAsync(Uri server, X509Certificate2Collection roots, IReadOnlyList<byte[]> chain, IDeviceKey key, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Patience);
        var dialer = new Dialer(ProxyVariables.OfEnvironment);
        var client = new GatewayTlsClient(new BcTlsCrypto(new SecureRandom()), server, roots, chain, key);
        try
        {
            await using Stream connection = await dialer.OpenAsync(server, bounded.Token).ConfigureAwait(false);
            using CancellationTokenRegistration cut = bounded.Token.Register(connection.Dispose);
            var tls = new TlsClientProtocol(connection);
            tls.Connect(client);
            dialer.Progress.Ready();
            (int status, string words) = Get(tls.Stream, server);
            return Judge(new GatewayAnswer(server, client.Protocol, status, words), client);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw bounded.IsCancellationRequested ? HttpErrors.TimedOut(server, dialer.Progress.Late, e) : Failure(server, client, e);
        }
    }

    private static GatewayAnswer Judge(GatewayAnswer answer, GatewayTlsClient client) => answer switch
    {
        { Status: 401 or 403 } => throw Refused(answer.Server, $"HTTP {answer.Status} {answer.Words}", null),
        { Status: 0 or >= 500 } => throw new AutoRegisterException(
            ErrorId.ServerUnavailable, $"The gateway '{answer.Server}' answered HTTP {answer.Status} {answer.Words}.", "Try again later.", answer.Server),
        _ when client.Identity is not { Asked: true } => throw Refused(answer.Server, "it did not ask for the device's certificate, so it is no device gateway", null),
        _ => answer,
    };

    private static AutoRegisterException Failure(Uri server, GatewayTlsClient client, Exception e) => e switch
    {
        { InnerException: AutoRegisterException ours } => ours,
        TlsFatalAlertReceived alert => Refused(server, $"TLS alert {AlertDescription.GetName(alert.AlertDescription)}", e),
        TlsException => new(
            ErrorId.ServerNotTrusted,
            $"TLS to the gateway '{server}' failed: {(client.Identity is { ServerProblem.Length: > 0 } judged ? judged.ServerProblem : Printable.Text(e.Message))}.",
            "Check that nothing stands between the device and its gateway, and that root.crt is the factory's.",
            server,
            e),
        _ => new(ErrorId.ServerUnreachable, $"The gateway '{server}' cannot be reached: {Printable.Text(e.Message)}", "Check the network. The registration stands.", server, e),
    };

    private static AutoRegisterException Refused(Uri server, string words, Exception? cause) => new(
        ErrorId.GatewayRefused,
        $"The gateway '{server}' does not accept the device: {words.TrimEnd()}.",
        "Check in the factory that the device exists and was not deleted; then register anew with New-HsmDeviceKey -Force.",
        server,
        cause);

    private static (int Status, string Words) Get(Stream stream, Uri server)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        stream.Write(request);
        stream.Flush();
        byte[] answer = new byte[AnswerLimit];
        int length = 0;
        try
        {
            for (int read; length < answer.Length && (read = stream.Read(answer, length, answer.Length - length)) > 0;)
            {
                length += read;
            }
        }
        catch (TlsNoCloseNotifyException) when (length > 0)
        {
            // Servers that end with the connection instead of a close_notify have said what they had to say.
        }

        string[] parts = Encoding.UTF8.GetString(answer, 0, length).Split("\r\n\r\n", 2);
        string[] first = parts[0].Split("\r\n", 2)[0].Split(' ', 3);
        bool isHttp = first.Length > 1 && first[0].StartsWith("HTTP/1", StringComparison.Ordinal);
        return (isHttp && int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : 0, parts.Length > 1 ? Printable.Text(parts[1]) : string.Empty);
    }

    // A renewal leaves client.chained as it is: it begins with the certificate before, and has the issuers all the same.
    private static IReadOnlyList<byte[]> Chain(string sotaPath, string certificateFile)
    {
        (IReadOnlyList<byte[]> own, IReadOnlyList<byte[]> chained) = (Certificates(sotaPath, certificateFile), Certificates(sotaPath, CredentialFileNames.ClientChain));
        // After a rotation the chain still begins with the leaf from before it.
        bool isRotated = certificateFile != CredentialFileNames.ClientCertificate && own.Count > 0;
        return chained.Count == 0 ? own : isRotated ? [own[0], .. chained.Skip(1)] : chained;
    }

    private static IReadOnlyList<byte[]> Certificates(string sotaPath, string name)
    {
        string path = Path.Join(sotaPath, name);
        return File.Exists(path) ? Pem.DecodeAll("CERTIFICATE", SmallFile.ReadText(path)) : [];
    }
}
