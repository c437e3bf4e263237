using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.X509;

/// <summary>
/// A PEM file with certificates to trust, read as OpenSSL reads it (X509_load_cert_crl_file(3)): all of them or none. Blocks of
/// <c>TRUSTED CERTIFICATE</c> (openssl-x509(1), "Trust Settings") are read too.
/// </summary>
internal static class CaFile
{
    // The bundles of distributions have a quarter of a megabyte.
    private const int Limit = 16 * 1024 * 1024;
    private const string Begin = "-----BEGIN ";

    /// <summary>Reads a file.</summary>
    /// <param name="source">What names it, for messages.</param>
    /// <returns>At least one certificate.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>; <see cref="ErrorId.CaFileInvalid"/> when one certificate in it is broken, or none is there.</exception>
    internal static X509Certificate2Collection Read(string path, string source)
    {
        string text = Text(path, source);
        var anchors = new X509Certificate2Collection();
        int blocks = 0;
        for (int at = Next(text, 0); at >= 0; at = Next(text, at + Begin.Length))
        {
            if (LabelAt(text, at) is not { } label)
            {
                continue;
            }

            blocks++;
            if (Decode(text.AsSpan(at), label) is not { } der)
            {
                throw Invalid(path, source, $"the certificate that begins on line {text.AsSpan(0, at).Count('\n') + 1} is broken");
            }

            try
            {
                if (label != TrustSettings.Label || TrustSettings.TrustServers(ref der))
                {
                    anchors.Add(X509CertificateLoader.LoadCertificate(der));
                }
            }
            catch (CryptographicException e)
            {
                throw Invalid(path, source, $"the certificate that begins on line {text.AsSpan(0, at).Count('\n') + 1} cannot be read ({e.Message.TrimEnd('.')})", e);
            }
        }

        return anchors.Count > 0 ? anchors
            : throw Invalid(path, source, blocks == 0 ? "it holds no certificate in PEM form" : "none of its certificates is trusted for servers");
    }

    private static string Text(string path, string source) => SmallFile.TryRead(path, Limit, out byte[] content, out _) is FileProblem problem
        ? throw new AutoRegisterException(
            ErrorId.FileUnreadable, $"The CA file '{path}' ({source}) cannot be read: {(problem.Kind == FileProblemKind.TooLarge ? "it is too large" : problem.Words)}.", "Give the path of a PEM file.", path, problem.Cause)
        : SmallFile.TextOf(content);

    // Only at the beginning of a line, as OpenSSL: bundles have words between the blocks.
    private static int Next(string text, int from)
    {
        int at = text.IndexOf(Begin, from, StringComparison.Ordinal);
        while (at > 0 && text[at - 1] != '\n')
        {
            at = text.IndexOf(Begin, at + 1, StringComparison.Ordinal);
        }

        return at;
    }

    private static string? LabelAt(string text, int at) =>
        Array.Find([Pem.Certificate, "X509 CERTIFICATE", TrustSettings.Label], label => text.AsSpan(at + Begin.Length).StartsWith($"{label}-----", StringComparison.Ordinal));

    private static byte[]? Decode(ReadOnlySpan<char> text, string label) =>
        PemEncoding.TryFind(text, out PemFields fields) && fields.Location.Start.Value == 0 && text[fields.Label].SequenceEqual(label)
            ? Convert.FromBase64String(text[fields.Base64Data].ToString())
            : null;

    private static AutoRegisterException Invalid(string path, string source, string problem, Exception? cause = null) => new(
        ErrorId.CaFileInvalid, $"The CA file '{path}' ({source}) cannot be used: {problem}.", target: path, innerException: cause);
}
