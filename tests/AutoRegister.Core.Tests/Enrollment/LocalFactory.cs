using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>The local factory as its users run it: the program that the build put into <c>out/factory</c>, over real HTTPS.</summary>
public sealed partial class LocalFactory : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("autoregister-factory-").FullName;
    private readonly Process process;
    private readonly JsonElement ready;

    public LocalFactory(params string[] options)
    {
        string readyFile = Path.Join(data, "ready.json");
        var start = new ProcessStartInfo(Program()) { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments = ["dev", "--data", Path.Join(data, "factory"), "--factory", "acme", "--ready-file", readyFile, .. options];
        Array.ForEach(arguments, start.ArgumentList.Add);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!File.Exists(readyFile))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"the factory ended with {process.ExitCode}");
            }

            Thread.Sleep(20);
        }

        ready = JsonDocument.Parse(File.ReadAllBytes(readyFile)).RootElement;
    }

    public string CaFile => ready.GetProperty("caFile").GetString()!;

    public string TokenFile => ready.GetProperty("tokenFile").GetString()!;

    /// <summary>The API token; the caller's to dispose.</summary>
    public Secret ReadToken() => Secret.FromUtf8(File.ReadAllBytes(TokenFile).AsSpan().TrimEnd((byte)'\n'));

    public string Api => ready.GetProperty("api").GetString()!;

    public RegistrationClient Connect() => new(anchor: TrustAnchor.Load(CaFile));

    public SotaConfigOptions Options => new()
    {
        NoHsm = true,
        SkipApiToken = true,
        DeviceApi = Api,
        OAuthBase = ready.GetProperty("oauth").GetString(),
    };

    /// <summary>Does what a person does in a browser: opens the link, and presses a button.</summary>
    public async Task DecideAsync(string link, string decision)
    {
        using HttpClient browser = NewHttpClient();
        string page = await browser.GetStringAsync(link);
        var fields = Hidden().Matches(page).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        fields["decision"] = decision;
        using var form = new FormUrlEncodedContent(fields);
        using HttpResponseMessage answer = await browser.PostAsync(new Uri(link).GetLeftPart(UriPartial.Path), form);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>An HTTP client that trusts the factory's CA.</summary>
    public HttpClient NewHttpClient()
    {
        X509Certificate2 ca = X509CertificateLoader.LoadCertificateFromFile(CaFile);
        var handler = new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false };
        handler.ServerCertificateCustomValidationCallback = (_, certificate, chain, _) =>
        {
            chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(ca);
            return chain.Build(certificate!);
        };
        return new HttpClient(handler, disposeHandler: true);
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }

    private static string Program()
    {
        for (DirectoryInfo? top = new(AppContext.BaseDirectory); top is not null; top = top.Parent)
        {
            string path = Path.Join(top.FullName, "out", "factory", "lmp-factory");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("out/factory/lmp-factory is not there: run build.sh build");
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)">""")]
    private static partial Regex Hidden();
}
