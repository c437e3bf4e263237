using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>The URLs of the servers: parameter, else environment (upstream's <c>DEVICE_API</c> and <c>OAUTH_BASE</c>), else the hosted ones.</summary>
internal static class EndpointSetting
{
    /// <summary>Reads one of them.</summary>
    public static Sourced<Uri>? Read(SettingLayers from)
    {
        Sourced<string> text = from.Text;
        string place = text.Source.ToString();
        Uri uri = Parse(text.Value, place);
        PlainHttpPolicy.Require(uri, place, from.Inputs.Options.AllowPlainHttp ?? from.Inputs.Environment("ALLOW_PLAIN_HTTP")?.Value == "1", from.Inputs.Observer);
        return new Sourced<Uri>(uri, text.Source);
    }

    private static Uri Parse(string text, string place)
    {
        // Uri repairs blanks and backslashes silently; a URL that needs repair is not the one that was meant.
        if (Characters.Unprintable(text) is not null || text.AsSpan().ContainsAny(" \\\"<>")
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
        {
            throw Invalid(place, "this is not an absolute http or https URL");
        }

        // A password in a URL ends up in logs, so it is not shown here either.
        return uri.UserInfo.Length > 0 ? throw Invalid(place, "a URL with a user name or password is not accepted")
            : uri.Fragment.Length > 0 ? throw Invalid(place, "a URL with a fragment ('#…') is not accepted")
            : uri;
    }

    private static AutoRegisterException Invalid(string place, string problem) => new(
        ErrorId.DeviceApiInvalid, $"{place}: {problem}.", $"Give a URL such as {SotaConfig.DefaultDeviceApi}.", place);
}
