using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>Key and certificate belong together. In a token only what it shows without a login is looked at.</summary>
internal sealed class KeyPairCheck() : LocalCheck("Key and certificate")
{
    private static readonly string Anew = ErrorId.HsmKeyNotFound.RemedyOf();

    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (!context.Installed.Any)
        {
            return CheckFinding.Skipped("The device is not registered.");
        }

        if (context.Installed.Toml is { HasToken: true })
        {
            return DiagnosisContext.Has(() => context.Token) ? InToken(context) : CheckFinding.Skipped("The token is not there.");
        }

        (string key, string certificate) = (context.Installed.KeyFile, context.Installed.CertificateFile);
        string[] names = [key, certificate, CredentialFileNames.ClientCertificate];
        string problem = string.Join("; ", context.Installed.Problems.Where(text => Array.Exists(names, name => text.Contains(name, StringComparison.Ordinal))));
        return problem.Length > 0
            ? CheckFinding.Failed($"{char.ToUpperInvariant(problem[0])}{problem[1..]}.", Anew)
            : CheckFinding.Passed($"{key} and {certificate} are a pair");
    }

    private static CheckFinding InToken(DiagnosisContext context)
    {
        // By id, as the OTA client looks for them: a manufacturer's have labels of their own.
        (string keyId, string certificateId) = (context.Installed.Toml!.TokenKeyId, context.Installed.Toml.TokenCertificateId);
        IReadOnlyList<TokenObject> objects = PublicTokenObjects.Read(context.Token!, context.Hsm?.ModuleParameters, certificateId, out byte[]? der);
        TokenObject[] keys = [.. objects.Where(o => o.Kind == TokenObjectKind.PublicKey && o.Id == keyId)];
        TokenObject[] certificates = [.. objects.Where(o => o.Kind == TokenObjectKind.Certificate && o.Id == certificateId)];
        TokenObject? key = keys.OrderByDescending(o => o.Label == DeviceObjects.Standard.KeyLabel).FirstOrDefault();
        TokenObject? certificate = certificates.OrderByDescending(o => o.Label == DeviceObjects.Standard.CertificateLabel).FirstOrDefault();
        if (certificate is null)
        {
            return CheckFinding.Failed($"The token shows no certificate with id {certificateId}.", Anew);
        }

        if (key is not null && key.PublicKeyHash != certificate.PublicKeyHash)
        {
            return CheckFinding.Failed("The key and the certificate in the token are not a pair.", Anew);
        }

        // A renewal puts another key and certificate of the same device into the token, and need not replace the file.
        if (context.Installed.Certificate is { } file && file.KeyFingerprint != certificate.PublicKeyHash && certificate.Subject?.Contains(file.CommonName, StringComparison.Ordinal) != true)
        {
            return CheckFinding.Failed("client.pem is for another device than the certificate in the token.", Anew);
        }

        // The file is a copy; the OTA client shows the gateway this one.
        if (der is not null && ClockCheck.FindUntimely(IssuedCertificate.Parse(Pem.Encode("CERTIFICATE", der)).Leaf, DateTimeOffset.UtcNow) is CheckFinding untimely)
        {
            return untimely;
        }

        return key is null ? CheckFinding.Warning("The token shows its certificate, but its public key only after a login.", "Use -Online: the gateway tells whether they are a pair.")
            : keys.Length > 1 || certificates.Length > 1 ? CheckFinding.Warning("More than one object in the token has our id: the OTA client may take the wrong one.", "Remove what is not the device's with the token's own tools.")
            : CheckFinding.Passed("The key and the certificate in the token are a pair; no login was made");
    }
}
