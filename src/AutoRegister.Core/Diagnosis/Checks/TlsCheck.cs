using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>TLS to the registration API, with the certificate it shows, trusted or not.</summary>
internal sealed class TlsCheck() : DiagnosisCheck("TLS", needsNetwork: true)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    internal override async Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation)
    {
        Uri api = context.DeviceApi();
        if (api.Scheme != Uri.UriSchemeHttps)
        {
            return CheckFinding.Warning($"{api.Host} is spoken to without TLS: the API token travels in the clear.", "Use an https URL.");
        }

        string shown = string.Empty;
        var dialer = new Dialer(context.Proxies);
        var trust = new ServerTrust(context.Options.Anchor) { Seen = (certificate, errors) => shown = Describe(certificate, errors) };
        context.Proxies.For(api);

        // Something proxies and redirects see as well, without a token in it.
        using var http = new HttpClient(HttpHandler.Create(dialer, trust, Patience)) { Timeout = Timeout.InfiniteTimeSpan };
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, api);
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bounded.Token).ConfigureAwait(false);
            return CheckFinding.Passed(shown);
        }
        catch (HttpRequestException e)
        {
            var finding = CheckFinding.From(ConnectionErrors.FromFailure(api, e, trust));
            return shown.Length == 0 ? finding : finding with { Seen = $"{finding.Seen} It shows: {shown}" };
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            return CheckFinding.From(HttpErrors.TimedOut(api, dialer.Progress.Late, e));
        }
    }

    private static string Describe(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return "no certificate";
        }

        string names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternative
            ? string.Join(", ", alternative.EnumerateDnsNames().Concat(alternative.EnumerateIPAddresses().Select(address => address.ToString())))
            : "none";
        string verdict = errors == SslPolicyErrors.None ? string.Empty : $" ({errors})";
        return Printable.Text($"{leaf.Subject}, for {names}, issued by {leaf.Issuer}, valid until {CertificateValidity.Of(leaf).NotAfter:u}{verdict}");
    }
}
