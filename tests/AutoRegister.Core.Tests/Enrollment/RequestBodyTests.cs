using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Configuration;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What a device sends, and what it has afterwards, for every file in <c>tests/data/requests</c>.</summary>
[Collection(SoftHsmTests.Name)]
public sealed partial class RequestBodyTests(FactoryFixture fixture) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly DeviceRoot device = new();
    private readonly SoftHsm token = new();

    public static IEnumerable<object[]> Cases =>
        Directory.EnumerateFiles(RequestCase.Folder, "*.json").Order(StringComparer.Ordinal).Select(path => new object[] { Path.GetFileNameWithoutExtension(path) });

    [Fact]
    public void ThereAreAtLeastForty() => Assert.True(Cases.Count() >= 40);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Sends(string name)
    {
        var wanted = new RequestCase(name, File.ReadAllText(fixture.Factory.TokenFile).Trim());
        wanted.Prepare(device);
        using var recorder = new Recorder(fixture.Factory);
        using var client = new RegistrationClient();
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        SotaConfig config = device.Read(wanted.Options(recorder.Url));
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);

        AutoRegisterException? refused = null;
        try
        {
            DeviceRegistration registration = await enroller.RegisterAsync(key, client, CancellationToken.None);
            enroller.Export(registration, CancellationToken.None);
        }
        catch (AutoRegisterException e)
        {
            refused = e;
        }

        RequireRequest(wanted, key, recorder);
        if (wanted.Afterwards is string[] files)
        {
            Assert.Null(refused);
            RequireFiles(files, config);
        }
        else
        {
            Assert.Equal(FailureSort.Refused, refused?.Sort);
            Assert.DoesNotContain(InstalledCredentials.Inspect(config.SotaPath).Files, file => true);
        }
    }

    public void Dispose()
    {
        token.Dispose();
        device.Dispose();
    }

    private static void RequireRequest(RequestCase wanted, DeviceKey key, Recorder recorder)
    {
        JsonNode sent = JsonNode.Parse(recorder.Body)!;
        JsonNode expected = wanted.Request(key.Uuid, key.CertificateRequest);
        Assert.True(JsonNode.DeepEquals(expected, sent), $"wanted {expected.ToJsonString()}\nsent   {sent.ToJsonString()}");
        foreach ((string header, string value) in wanted.Headers)
        {
            Assert.Equal(value, recorder.Headers[header]);
        }

        Assert.Equal("application/json", recorder.Headers["Content-Type"]);
        Assert.Equal(wanted.Subject.Replace("{uuid}", key.Uuid, StringComparison.Ordinal), SubjectOf(key.CertificateRequest));
    }

    private static string SubjectOf(string csr)
    {
        var request = CertificateRequest.LoadSigningRequestPem(csr, HashAlgorithmName.SHA256);
        return string.Join(", ", request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).Select(part =>
            $"{(part.GetSingleElementType().Value == "2.5.4.15" ? "businessCategory" : part.GetSingleElementType().FriendlyName)}={part.GetSingleElementValue()}"));
    }

    private static void RequireFiles(string[] files, SotaConfig config)
    {
        Assert.Equal(files, Directory.EnumerateFiles(config.SotaPath).Select(Path.GetFileName).Where(file => file != "client.chained").Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Path.Join(config.SotaPath, EnrollmentJournal.DirectoryName)));
        string toml = File.ReadAllText(Path.Join(config.SotaPath, "sota.toml"));
        bool inToken = !files.Contains("pkey.pem");
        string p11 = $"[p11]\nmodule = \"{SoftHsm.ModulePath}\"\npass = \"{SoftHsm.PinText}\"\ntls_pkey_id = \"01\"\ntls_clientcert_id = \"03\"\n";
        Assert.Equal(inToken ? 1 : 0, SectionP11().Count(toml));
        Assert.True(!inToken || toml.EndsWith(p11, StringComparison.Ordinal), toml);
    }

    [GeneratedRegex(@"^\s*\[p11\]", RegexOptions.Multiline)]
    private static partial Regex SectionP11();
}
