using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Tests.Configuration;
using AutoRegister.Core.Tests.Pkcs11;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>One file of <c>tests/data/requests</c>: what a device is told, and what it must send. Its README says more.</summary>
internal sealed class RequestCase(string name, string token)
{
    private readonly JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Join(Folder, name + ".json"))
        .Replace("{token}", token, StringComparison.Ordinal).Replace("{module}", SoftHsm.ModulePath, StringComparison.Ordinal))!;

    public static string Folder { get; } = Find();

    public string Subject => json["subject"]!.GetValue<string>();

    public IEnumerable<KeyValuePair<string, string>> Headers => json["headers"]!.AsObject().Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.GetValue<string>()));

    /// <summary>The files of the SOTA directory; <see langword="null"/> when the factory refuses the request.</summary>
    public string[]? Afterwards => json["afterwards"]?.AsArray().Select(file => file!.GetValue<string>()).ToArray();

    /// <summary>The body, with what differs from run to run.</summary>
    public JsonNode Request(string uuid, string csr) => JsonNode.Parse(json["request"]!.ToJsonString()
        .Replace("{uuid}", uuid, StringComparison.Ordinal).Replace("{csr}", csr.ReplaceLineEndings("\\n"), StringComparison.Ordinal))!;

    /// <summary>Puts the files and the environment in place.</summary>
    public void Prepare(DeviceRoot device)
    {
        device.Write("/etc/lmp-device-register-token", token + "\n");
        foreach ((string path, JsonNode? content) in json["files"]?.AsObject() ?? [])
        {
            _ = content is null ? device.Remove(path) : device.Write(path, content.GetValue<string>());
        }

        foreach ((string variable, JsonNode? value) in json["environment"]?.AsObject() ?? [])
        {
            device.Set(variable, value!.GetValue<string>());
        }
    }

    /// <summary>The parameters of Get-SotaConfig as Core takes them.</summary>
    public SotaConfigOptions Options(string deviceApi) => SettingCatalogue.All.Where(setting => setting.Parameter is not null).Aggregate(
        new SotaConfigOptions
        {
            DeviceApi = deviceApi,
            UseHostname = Flag("UseHostname"),
            ValidateUuid = Flag("SkipUuidValidation") is true ? false : null,
            NoHsm = Flag("NoHsm") ?? false,
        },
        (options, setting) => Parameter(setting.Parameter!) is null ? options : options.Saying(setting.Given, Value(setting)));

    private object? Value(SettingDefinition setting) => setting.Kind switch
    {
        SettingKind.Flag => Flag(setting.Parameter!),
        SettingKind.List => List(setting.Parameter!),
        SettingKind.Secret => Hidden(setting.Parameter!),
        _ => Text(setting.Parameter!),
    };

    private JsonNode? Parameter(string parameter) => json["parameters"]?[parameter];

    private string? Text(string parameter) => Parameter(parameter)?.GetValue<string>();

    private bool? Flag(string parameter) => Parameter(parameter)?.GetValue<bool>();

    private string[]? List(string parameter) => Parameter(parameter)?.AsArray().Select(item => item!.GetValue<string>()).ToArray();

    private Secret? Hidden(string parameter) => Text(parameter) is string text ? SoftHsm.Secret(text) : null;

    private static string Find()
    {
        for (DirectoryInfo? top = new(AppContext.BaseDirectory); top is not null; top = top.Parent)
        {
            string path = Path.Join(top.FullName, "tests", "data", "requests");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException("tests/data/requests");
    }
}
