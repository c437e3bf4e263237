using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// Which proxy the environment names for a server, by curl's rules: the variable of the URL's scheme, then <c>ALL_PROXY</c>, each in
/// lower case first; <c>HTTP_PROXY</c> in lower case only, because a CGI server sets the other from a request; an empty one is none.
/// Not as curl: loopback is reached without a proxy, unless <c>NO_PROXY</c> has <see cref="NoProxyList.ForLoopback"/> in it.
/// </summary>
/// <param name="variable">Looks up a variable.</param>
internal sealed class ProxyVariables(Func<string, string?> variable)
{
    private static readonly string[] ForHttp = ["http_proxy", "all_proxy", "ALL_PROXY"];
    private static readonly string[] ForHttps = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    /// <summary>Those of this process.</summary>
    internal static ProxyVariables OfEnvironment { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The proxy for a server.</summary>
    /// <param name="server">An http or https URL.</param>
    /// <returns>The proxy; <see langword="null"/> when the server is reached without one.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ProxyInvalid"/>.</exception>
    internal ProxyServer? For(Uri server) =>
        Named(server) is { } name && !Excludes(server) ? ProxyUrl.Parse(name, variable(name)!) : null;

    /// <summary>The variable that names a proxy for URLs of this scheme, whatever is excluded.</summary>
    internal string? Named(Uri server) => Array.Find(server.Scheme == Uri.UriSchemeHttps ? ForHttps : ForHttp, name => !string.IsNullOrEmpty(variable(name)));

    private bool Excludes(Uri server)
    {
        string? list = variable("no_proxy") is { Length: > 0 } lower ? lower : variable("NO_PROXY");
        var hosts = new NoProxyList(list);
        return hosts.Excludes(server.IdnHost) || (Loopback.Is(server) && !hosts.AsksForLoopback);
    }
}
