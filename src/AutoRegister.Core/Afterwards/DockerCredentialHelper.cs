using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Afterwards;

/// <summary>
/// Tells Docker which credential helper to ask for the factory's registry, as <c>fioup register</c> does: one entry below
/// <c>credHelpers</c> of Docker's <c>config.json</c>. Everything else in the file is kept.
/// </summary>
public static class DockerCredentialHelper
{
    private const int SizeLimit = 1024 * 1024;

    // The file is read by people and by Docker, never put into HTML.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The registry that belongs to a registration endpoint: <c>api.</c> becomes <c>hub.</c>.</summary>
    public static string HubHost(Uri deviceApi)
    {
        ArgumentNullException.ThrowIfNull(deviceApi);
        string host = deviceApi.IdnHost;
        int at = host.IndexOf("api.", StringComparison.Ordinal);
        return at < 0 ? host : string.Concat(host.AsSpan(0, at), "hub.", host.AsSpan(at + "api.".Length));
    }

    /// <summary>Where Docker looks, unless told otherwise: <c>.docker/config.json</c> in the user's home.</summary>
    public static string DefaultPath() => Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker", "config.json");

    /// <summary>Checks the name of a helper: Docker runs <c>docker-credential-&lt;name&gt;</c>.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>.</exception>
    public static void RequireName(string helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        if (helper.Length == 0 || !helper.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{Printable.Text(helper)}' is no name of a credential helper.",
                "Give what follows docker-credential- in the name of the program.",
                helper);
        }
    }

    /// <summary>Reads the file and adds the entry; nothing is written. A file that cannot be kept as it is is found out here.</summary>
    /// <param name="path">Docker's configuration; it need not exist.</param>
    /// <returns>The new content, UTF-8.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.DockerConfigInvalid"/>, <see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.FileTooLarge"/>.</exception>
    public static byte[] Merge(string path, string host, string helper)
    {
        JsonObject config = Read(path);
        JsonNode? present = config["credHelpers"];
        if (present is not (null or JsonObject))
        {
            throw Invalid(path, "its credHelpers is no object", null);
        }

        if (present is null)
        {
            config["credHelpers"] = present = new JsonObject();
        }

        present[host] = helper;
        return [.. JsonSerializer.SerializeToUtf8Bytes(config, Readable), (byte)'\n'];
    }

    /// <summary>
    /// Writes the file durably, with the mode and the owner it had; a new one is for its directory's owner only, for it may hold
    /// passwords later.
    /// </summary>
    /// <param name="content">What <see cref="Merge"/> made.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>, or <see cref="ErrorId.DockerConfigInvalid"/>: another user's link leads to it.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        // A linked file stays linked: what it points at is replaced.
        using OwnersFile file = Find(path, create: true)!;
        file.Write(content);
    }

    private static JsonObject Read(string path)
    {
        try
        {
            using OwnersFile? file = Find(path, create: false);
            if (file is not { Exists: true })
            {
                return [];
            }

            if (SmallFile.TryRead(file.StablePath, SizeLimit, out byte[] content, out _) is FileProblem problem)
            {
                throw problem.Kind == FileProblemKind.TooLarge
                    ? new AutoRegisterException(ErrorId.FileTooLarge, problem.Of(path).Message, "Give the path of Docker's config.json.", path)
                    : new AutoRegisterException(ErrorId.FileUnreadable, problem.Of(path).Message, "Run this as the user that owns the file.", path, problem.Cause);
            }

            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return JsonNode.Parse(content, documentOptions: options) as JsonObject ?? throw Invalid(path, "it is no JSON object", null);
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"it is no JSON (line {e.LineNumber + 1})", e);
        }
    }

    private static OwnersFile? Find(string path, bool create)
    {
        try
        {
            return OwnersFile.Find(path, create);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message, e);
        }
    }

    private static AutoRegisterException Invalid(string path, string problem, Exception? cause) => new(
        ErrorId.DockerConfigInvalid, $"Docker's configuration '{path}' cannot be changed: {problem}.", "Correct the file; it was not touched.", path, cause);
}
