using System.Text.Json;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>The server's answer, checked: nothing of it is written before every check has passed.</summary>
public sealed class RegistrationAnswer
{
    private RegistrationAnswer(IReadOnlyDictionary<string, string> files, IssuedCertificate certificate, SotaToml toml)
    {
        Files = files;
        Certificate = certificate;
        Toml = toml;
    }

    /// <summary>File names, all of <see cref="CredentialFileNames.Known"/>, and contents.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>The device certificate.</summary>
    public IssuedCertificate Certificate { get; }

    /// <summary>The OTA client's configuration.</summary>
    public SotaToml Toml { get; }

    /// <summary>The certificate of the answer.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"certificate of {Certificate}";

    /// <summary>Parses and checks an answer.</summary>
    /// <param name="body">The body of a 201 answer.</param>
    /// <param name="subject">Who the certificate must be for.</param>
    /// <param name="keyFingerprint">SHA-256 of the device key's SubjectPublicKeyInfo, hex.</param>
    /// <param name="now">The time certificates must be valid at; <see langword="null"/> where that is asked separately, because the answer is good and the clock may not be.</param>
    /// <param name="keys">What <c>sota.toml</c> may have; <see cref="SotaKeys.Standard"/> unless the device is told more.</param>
    /// <returns>The checked answer.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AnswerInvalid"/>, <see cref="ErrorId.CertificateMismatch"/>, <see cref="ErrorId.SotaTomlInvalid"/>, <see cref="ErrorId.ClockNotSet"/> or <see cref="ErrorId.ClockWrong"/>, saying what is wrong.</exception>
    public static RegistrationAnswer Check(ReadOnlySpan<byte> body, DeviceSubject subject, string keyFingerprint, DateTimeOffset? now, SotaKeys? keys = null)
    {
        Dictionary<string, string> files = Parse(body);
        CheckNames(files);
        IssuedCertificate certificate = IssuedCertificate.Parse(files[CredentialFileNames.ClientCertificate]);
        certificate.CheckBelongsTo(subject, keyFingerprint);
        certificate.CheckChain(files[CredentialFileNames.RootCertificate], files.GetValueOrDefault(CredentialFileNames.ClientChain), now ?? TimeProvider.System.GetUtcNow());
        SotaToml toml = SotaToml.ParseAnswer(files[CredentialFileNames.SotaToml], keys);

        // Last: when nothing but the time is wrong, the answer is good, and the clock is not.
        if (now is { } time)
        {
            certificate.CheckTime(time);
        }

        return new RegistrationAnswer(files, certificate, toml);
    }

    private static Dictionary<string, string> Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            // A name that comes twice would let two readers see two different answers.
            using var document = JsonDocument.Parse(body.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Invalid("is JSON, but no object");
            }

            var files = new Dictionary<string, string>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                files[property.Name] = property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Invalid($"has '{property.Name}', which is no text");
            }

            return files;
        }
        catch (JsonException e)
        {
            throw Invalid($"is not complete JSON ({e.Message})", e);
        }
    }

    private static void CheckNames(Dictionary<string, string> files)
    {
        foreach (string name in files.Keys)
        {
            if (!CredentialFileNames.Known.Contains(name))
            {
                throw Invalid($"has a file named '{Printable.Text(name)}', which no registration consists of");
            }
        }

        foreach (string name in CredentialFileNames.Required)
        {
            if (string.IsNullOrWhiteSpace(files.GetValueOrDefault(name)))
            {
                throw Invalid($"has no '{name}'");
            }
        }
    }

    private static AutoRegisterException Invalid(string what, Exception? cause = null) => new(
        ErrorId.AnswerInvalid,
        $"The server said 201, but its answer {what}. Nothing was written.",
        "Check that DEVICE_API is a registration API and that no proxy changes its answers.",
        innerException: cause);
}
