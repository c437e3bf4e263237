using System.Text.Json;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;
using Org.BouncyCastle.Pkcs;

namespace AutoRegister.Core.Transfer;

/// <summary>Writes the file, and reads one that anybody may have changed on its way.</summary>
internal static class EnrollmentFileFormat
{
    /// <summary>How deep the document nests at most: the token in the device in the document, and room for one more.</summary>
    internal const int DeepestNesting = 4;

    private const int SizeLimit = 1024 * 1024;

    // A CSR has less than two thousand characters, a sealed key less than five.
    private const int LongestText = 16 * 1024;

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
        string? problem = ProblemOf(file);
        return problem is null ? file : throw Invalid(path, problem);
    }

    /// <summary>The bytes that a proof is made over: the document as it is written, without its proof.</summary>
    internal static byte[] WhatIsProven(EnrollmentFile file) => JsonSerializer.SerializeToUtf8Bytes(file with { Proof = null }, EnrollmentFileJson.Default.EnrollmentFile);

    /// <summary>The error that a file cannot be used.</summary>
    internal static AutoRegisterException Invalid(string path, string what, Exception? cause = null) => new(
        ErrorId.EnrollmentFileInvalid, $"'{path}' cannot be used: {what}.", target: path, innerException: cause);

    private static EnrollmentFile Parse(string path)
    {
        try
        {
            byte[] content = Content(path);
            RequireVersion(path, content);
            return JsonSerializer.Deserialize(content, EnrollmentFileJson.Default.EnrollmentFile) ?? throw Invalid(path, "it says null");
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"line {e.LineNumber + 1}: {Printable.Text(e.Message)}", e);
        }
    }

    private static byte[] Content(string path) => SmallFile.TryRead(path, SizeLimit, out byte[] content, out _) switch
    {
        null => content,
        { Kind: FileProblemKind.TooLarge } => throw Invalid(path, $"it has more than {SizeLimit} bytes, and no such file has"),
        var problem => throw new AutoRegisterException(ErrorId.FileUnreadable, problem.Of(path).Message, target: path, innerException: problem.Cause),
    };

    // Before the rest: what another version has is not for this one to judge.
    private static void RequireVersion(string path, byte[] content)
    {
        using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = DeepestNesting });
        JsonElement root = document.RootElement;
        bool isOurs = root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("format", out JsonElement format) && format.ValueKind == JsonValueKind.String && format.ValueEquals(EnrollmentFile.FormatName);
        int version = isOurs && root.TryGetProperty("version", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
        if (version != EnrollmentFile.CurrentVersion)
        {
            throw Invalid(path, !isOurs ? $"it is not of the format {EnrollmentFile.FormatName}, version {EnrollmentFile.CurrentVersion}"
                : $"it is of version {version} of its format, and only version {EnrollmentFile.CurrentVersion} proves who wrote it; export the device again with this version");
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

        if (key.CertificateRequest.Length > LongestText || key.Sealed?.Length > LongestText)
        {
            return $"its {(key.Sealed?.Length > LongestText ? "private key" : "CSR")} is longer than any";
        }

        if (key.Sealed is not null && Pem.DecodeAll(KeyProtection.PassphraseLabel, key.Sealed).Count + Pem.DecodeAll(KeyProtection.CertificateLabel, key.Sealed).Count != 1)
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

            // The kind of key first: a signature of one of a million bits takes for ever.
            var request = new Pkcs10CertificationRequest(der);
            byte[] publicKey = request.GetCertificationRequestInfo().SubjectPublicKeyInfo.GetDerEncoded();
            if (KeyAlgorithms.Of(publicKey) is null)
            {
                return "its CSR is for a kind of key that no device has";
            }

            if (!request.Verify())
            {
                return "its CSR is not signed by its own key";
            }

            var subject = new DeviceSubject(key.Uuid, device.Factory, device.Production);
            return PublicKeyHash.Of(publicKey) != key.Fingerprint ? "its CSR is for another key"
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
