using System.Text.Json;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>Where a factory listens, and what a client of it needs: its ready-file.</summary>
public abstract class FactoryEndpoints
{
    /// <summary>What the ready-file says.</summary>
    public JsonElement Ready { get; protected set; }

    /// <summary>The registration URL.</summary>
    public Uri Api => new(Ready.GetProperty("api").GetString()!);

    /// <summary>The registration URL that needs no token.</summary>
    public Uri Sign => new(Ready.GetProperty("sign").GetString()!);

    /// <summary>The device gateway.</summary>
    public Uri Gateway => new(Ready.GetProperty("gateway").GetString()!);

    /// <summary>The base of the OAuth URLs, without a slash at its end.</summary>
    public string OAuth => Ready.GetProperty("oauth").GetString()!;

    /// <summary>The approval page.</summary>
    public Uri Approval => new(Ready.GetProperty("approval").GetString()!);

    /// <summary>The file with the root certificate.</summary>
    public string CaFile => Ready.GetProperty("caFile").GetString()!;

    /// <summary>The API token.</summary>
    public string Token => File.ReadAllText(Ready.GetProperty("tokenFile").GetString()!).Trim();
}
