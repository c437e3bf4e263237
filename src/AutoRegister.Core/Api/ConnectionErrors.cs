using System.Globalization;
using System.Net;
using System.Security.Authentication;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>The one map from connections that were not made to <see cref="ErrorId"/>.</summary>
internal static class ConnectionErrors
{
    /// <summary>No answer: name, connection, proxy, TLS.</summary>
    /// <param name="trust">Why its certificate was refused.</param>
    /// <param name="clock">The clock of this run.</param>
    internal static AutoRegisterException FromFailure(Uri api, HttpRequestException e, ServerTrust trust, ClockWatch? clock = null)
    {
        AutoRegisterException failure = Sort(api, e, trust, clock);
        failure.NothingWasSent = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
        return failure;
    }

    /// <summary>No address of a host could be connected to.</summary>
    /// <param name="e">An <see cref="AddressFailure"/> for each address.</param>
    internal static AutoRegisterException Unreachable(string host, int port, AggregateException e) => new(
        e.InnerExceptions.All(failure => failure is AddressFailure { TimedOut: true }) ? ErrorId.ServerTimeout : ErrorId.ServerUnreachable,
        $"'{Place(host, port)}' cannot be reached: {string.Join("; ", e.InnerExceptions.Select(failure => failure.Message.TrimEnd('.')))}.",
        "Check the network, the proxy and DEVICE_API.",
        host,
        e);

    /// <summary>A proxy did not make a connection.</summary>
    /// <param name="problem">Why not, as the end of a sentence.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    internal static AutoRegisterException Refused(ProxyServer proxy, string host, int port, string problem, Exception? cause) => new(
        ErrorId.ProxyRefused, $"The proxy {proxy} ({proxy.Variable}) does not connect to '{Place(host, port)}': {problem}.", target: proxy.Variable, innerException: cause);

    private static AutoRegisterException Sort(Uri api, HttpRequestException e, ServerTrust trust, ClockWatch? clock) => e switch
    {
        // What the dialer says is whole.
        { InnerException: AutoRegisterException ours } => ours,
        // .NET's sentence ends with a quotation mark that nothing opens.
        { HttpRequestError: HttpRequestError.ProxyTunnelError } => new(
            ErrorId.ProxyRefused, $"'{HttpErrors.Origin(api)}' cannot be reached: {HttpErrors.Words(e).Replace(".\".", ".", StringComparison.Ordinal)}", target: api, innerException: e),
        { HttpRequestError: HttpRequestError.SecureConnectionError } => FromTls(api, e, trust, clock ?? new ClockWatch(TimeProvider.System)),
        _ => new(ErrorId.ServerUnreachable, $"'{HttpErrors.Origin(api)}' cannot be reached: {HttpErrors.Words(e)}", "Check the network, the proxy and DEVICE_API.", api, e),
    };

    private static AutoRegisterException FromTls(Uri api, HttpRequestException e, ServerTrust trust, ClockWatch clock)
    {
        string failed = $"TLS to '{HttpErrors.Origin(api)}' failed";
        if (!clock.IsSet)
        {
            return ClockErrors.NotSet($"{failed} and {clock.Words}", api, e);
        }

        string? untimely = trust.UntimelyOf(api.IdnHost) is { } term
            ? string.Create(CultureInfo.InvariantCulture, $"the certificate of '{term.Subject}' is valid from {term.NotBefore:u} to {term.NotAfter:u}, and {clock.Words}")
            : null;
        if (trust.UntimelyOf(api.IdnHost) is { Alone: true })
        {
            return ClockErrors.Wrong($"{failed}: {untimely}", api, e);
        }

        string reason = e.InnerException is AuthenticationException inner ? Printable.Text(inner.Message) + "." : HttpErrors.Words(e);
        return new(
            ErrorId.ServerNotTrusted, $"{failed}: {reason}{(untimely is null ? string.Empty : $" Besides, {untimely}.")}", target: api, innerException: e);
    }

    private static string Place(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(IPAddress.TryParse(host, out _) && host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");
}
