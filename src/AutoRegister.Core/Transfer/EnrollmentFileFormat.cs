using System.Text.Json;
using AutoRegister.Core.Certificates;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Org.BouncyCastle.Pkcs;

namespace AutoRegister.Core.Transfer;

/// <summary>Writes the file, and reads one that anybody may have changed on its way.</summary>
internal static class EnrollmentFileFormat
{
    private const long SizeLimit = 1024 * 1024;

    /// <summary>Writes the file, whole or not at all, for its owner only.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>, or <see cref="ErrorId.AlreadyRegistered"/>: another device's file is there.</exception>
    internal static void Write(string path, EnrollmentFile file)
    {
        if (File.Exists(path))
        {
            RequireSame(path, file);
        }

        DurableDirectory.Create(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(file, EnrollmentFileJson.Default.EnrollmentFile), (byte)'\n'], AtomicFile.OwnerOnly);
    }

    /// <summary>Reads a file and checks all of it that can be checked without a key.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.EnrollmentFileInvalid"/>.</exception>
    internal static EnrollmentFile Read(string path)
    {
        EnrollmentFile file = Parse(path);
        if (file is not { Format: EnrollmentFile.FormatName, Version: EnrollmentFile.CurrentVersion })
        {
            throw Invalid(path, $"it is not of the format {EnrollmentFile.FormatName}, version {EnrollmentFile.CurrentVersion}");
        }

        string? problem = ProblemOf(file);
        return problem is null ? file : throw Invalid(path, problem);
    }

    /// <summary>The error that a file cannot be used.</summary>
    internal static AutoRegisterException Invalid(string path, string what, Exception? cause = null) => new(
        ErrorId.EnrollmentFileInvalid, $"'{path}' cannot be used: {what}.", target: path, innerException: cause);

    private static EnrollmentFile Parse(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (stream.Length > SizeLimit)
            {
                throw Invalid(path, $"it has {stream.Length} bytes, and no such file has more than {SizeLimit}");
            }

            return JsonSerializer.Deserialize(stream, EnrollmentFileJson.Default.EnrollmentFile) ?? throw Invalid(path, "it says null");
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"line {e.LineNumber + 1}: {Printable.Text(e.Message)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(ErrorId.FileUnreadable, $"'{path}' cannot be read: {e.Message}", target: path, innerException: e);
        }
    }

    private static string? ProblemOf(EnrollmentFile file) =>
        file.State is < RegistrationState.Unregistered or > RegistrationState.AnswerReceived ? $"no device is on its way in the state {file.State}"
        : file.State == RegistrationState.Unregistered != file.Key is null ? $"in the state {file.State} it must {(file.Key is null ? "have" : "not have")} a key"
        : file.State == RegistrationState.AnswerReceived != file.Answer is not null ? $"in the state {file.State} it must {(file.Answer is null ? "have" : "not have")} an answer"
        : file.Key is { } key ? ProblemOf(file.Device, key)
        : null;

    private static string? ProblemOf(EnrollmentDevice device, EnrollmentKey key)
    {
        if (device.Uuid is not null && device.Uuid != key.Uuid)
        {
            return $"the device's UUID is '{Printable.Text(device.Uuid)}', its key's '{Printable.Text(key.Uuid)}'";
        }

        if (key.Sealed is not null && Pem.DecodeAll(KeySeal.PassphraseLabel, key.Sealed).Count + Pem.DecodeAll(KeySeal.CertificateLabel, key.Sealed).Count != 1)
        {
            return "its private key is not encrypted, or is none";
        }

        if (key.CertificateId.Length > 0 && (key.CertificateId.Length != 2 || !key.CertificateId.All(char.IsAsciiHexDigit)))
        {
            return "the id of its certificate is not two hex digits";
        }

        return ProblemOfRequest(device, key);
    }

    // The CSR is what the factory certifies: it must be for this key and for nobody else.
    private static string? ProblemOfRequest(EnrollmentDevice device, EnrollmentKey key)
    {
        try
        {
            if (Pem.DecodeAll("CERTIFICATE REQUEST", key.CertificateRequest) is not [byte[] der])
            {
                return "it has no CSR";
            }

            var request = new Pkcs10CertificationRequest(der);
            if (!request.Verify())
            {
                return "its CSR is not signed by its own key";
            }

            var subject = new DeviceSubject(key.Uuid, device.Factory, device.Production);
            return IssuedCertificate.Fingerprint(request.GetCertificationRequestInfo().SubjectPublicKeyInfo.GetDerEncoded()) != key.Fingerprint ? "its CSR is for another key"
                : !CertificateRequestBuilder.SubjectName(subject).Equivalent(request.GetCertificationRequestInfo().Subject) ? $"its CSR is not for {key.Uuid} in the factory {device.Factory}"
                : null;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or AutoRegisterException))
        {
            // The library throws whatever it met first.
            return $"its CSR cannot be read ({Printable.Text(e.Message)})";
        }
    }

    private static void RequireSame(string path, EnrollmentFile file)
    {
        EnrollmentFile there;
        try
        {
            there = Read(path);
        }
        catch (AutoRegisterException e) when (e.Id == ErrorId.EnrollmentFileInvalid)
        {
            throw new AutoRegisterException(ErrorId.WriteFailed, $"'{path}' is there, and is no device's file: it is not overwritten.", "Remove it, or give another -Path.", path, e);
        }

        bool same = there.Key is null ? there.Device.Name == file.Device.Name && there.Device.Uuid == file.Device.Uuid : there.Key.Uuid == file.Key?.Uuid;
        if (!same)
        {
            throw new AutoRegisterException(
                ErrorId.AlreadyRegistered,
                $"'{path}' is the file of another device ({Printable.Text(there.Device.Name ?? there.Key?.Uuid ?? string.Empty)}).",
                "Give each device a -Path of its own.",
                path);
        }

        if (there.Answer is not null && file.Answer is null)
        {
            throw new AutoRegisterException(
                ErrorId.AlreadyRegistered, $"'{path}' has the factory's answer for this device already: it is not overwritten.", "Import it with Import-DeviceEnrollment.", path);
        }
    }
}
