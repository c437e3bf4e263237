using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Core.Files;

namespace AutoRegister.Factory.Commands;

/// <summary>What whoever started the factory needs in order to use it; written once it listens.</summary>
internal sealed record ReadyFile
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The process.</summary>
    [JsonPropertyName("pid")]
    public int ProcessId { get; init; } = Environment.ProcessId;

    /// <summary>The factory's name.</summary>
    [JsonPropertyName("factory")]
    public required string Factory { get; init; }

    /// <summary>The registration URL: a device's DEVICE_API.</summary>
    [JsonPropertyName("api")]
    public required string Api { get; init; }

    /// <summary>The registration URL that needs no token.</summary>
    [JsonPropertyName("sign")]
    public required string Sign { get; init; }

    /// <summary>The device gateway.</summary>
    [JsonPropertyName("gateway")]
    public required string Gateway { get; init; }

    /// <summary>The base of the OAuth URLs: a device's OAUTH_BASE.</summary>
    [JsonPropertyName("oauth")]
    public required string OAuth { get; init; }

    /// <summary>The page where a person approves a device.</summary>
    [JsonPropertyName("approval")]
    public required string Approval { get; init; }

    /// <summary>The root certificate, for a client that is to trust all of these.</summary>
    [JsonPropertyName("caFile")]
    public required string CaFile { get; init; }

    /// <summary>The file that holds the API token.</summary>
    [JsonPropertyName("tokenFile")]
    public required string TokenFile { get; init; }

    /// <summary>Writes the file under a temporary name and renames it: whoever sees it sees all of it.</summary>
    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.Serialize(this, Readable) + "\n");

    /// <summary>Prints one line per endpoint.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine($"api      {Api}");
        output.WriteLine($"sign     {Sign}");
        output.WriteLine($"gateway  {Gateway}");
        output.WriteLine($"oauth    {OAuth}");
        output.WriteLine($"approval {Approval}");
    }
}
