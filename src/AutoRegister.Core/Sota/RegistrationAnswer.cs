using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>The server's answer, checked: nothing of it is written before every check has passed.</summary>
public sealed class RegistrationAnswer
{
    private RegistrationAnswer(AnswerFiles source, IssuedCertificate certificate, SotaToml toml)
    {
        Source = source;
        Certificate = certificate;
        Toml = toml;
    }

    /// <summary>File names, all of <see cref="CredentialFileNames.Known"/>, and contents.</summary>
    public IReadOnlyDictionary<string, string> Files => Source.Files;

    /// <summary>The device certificate.</summary>
    public IssuedCertificate Certificate { get; }

    /// <summary>The OTA client's configuration.</summary>
    public SotaToml Toml { get; }

    /// <summary>The answer as it was before it was checked.</summary>
    internal AnswerFiles Source { get; }

    /// <summary>The certificate of the answer.</summary>
    public override string ToString() => $"certificate of {Certificate}";

    /// <summary>Checks an answer.</summary>
    /// <param name="files">What the server said.</param>
    /// <param name="subject">Who the certificate must be for.</param>
    /// <param name="keyFingerprint">SHA-256 of the device key's SubjectPublicKeyInfo, hex.</param>
    /// <param name="now">The time certificates must be valid at; <see langword="null"/> where that is asked separately, because the answer is good and the clock may not be.</param>
    /// <param name="keys">What <c>sota.toml</c> may have; <see cref="SotaKeys.Standard"/> unless the device is told more.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AnswerInvalid"/>, <see cref="ErrorId.CertificateMismatch"/>, <see cref="ErrorId.SotaTomlInvalid"/>, <see cref="ErrorId.ClockNotSet"/> or <see cref="ErrorId.ClockWrong"/>, saying what is wrong.</exception>
    public static RegistrationAnswer Check(AnswerFiles files, DeviceSubject subject, string keyFingerprint, DateTimeOffset? now, SotaKeys? keys = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        CheckNames(files);
        var certificate = IssuedCertificate.Parse(files[CredentialFileNames.ClientCertificate]!);
        certificate.CheckBelongsTo(subject, keyFingerprint);
        certificate.CheckChain(files[CredentialFileNames.RootCertificate]!, files[CredentialFileNames.ClientChain], now ?? TimeProvider.System.GetUtcNow());
        var toml = SotaToml.ParseAnswer(files[CredentialFileNames.SotaToml]!, keys);

        // Last: when nothing but the time is wrong, the answer is good, and the clock is not.
        if (now is { } time)
        {
            certificate.CheckTime(time);
        }

        return new RegistrationAnswer(files, certificate, toml);
    }

    private static void CheckNames(AnswerFiles files)
    {
        foreach (string name in files.Files.Keys)
        {
            if (!CredentialFileNames.Known.Contains(name))
            {
                throw AnswerFiles.Invalid($"has a file named '{Printable.Text(name)}', which no registration consists of");
            }
        }

        foreach (string name in CredentialFileNames.Required)
        {
            if (string.IsNullOrWhiteSpace(files[name]))
            {
                throw AnswerFiles.Invalid($"has no '{name}'");
            }
        }
    }
}
