using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>An answer that is here already is not asked for again, unless it cannot be used.</summary>
public sealed class KeptAnswerTests : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly UnregisteredDevice device = new();
    private readonly RegistrationClient client;
    private readonly Secret token;
    private readonly SotaConfig config;

    public KeptAnswerTests(FactoryFixture shared)
    {
        client = shared.Factory.Connect();
        token = shared.Factory.ReadToken();
        config = device.Config with { DeviceApi = new Uri(shared.Factory.Api), ApiToken = token };
    }

    private string AnswerPath => Path.Join(device.Journal.JournalPath, "answer.json");

    [Fact]
    public async Task It_is_the_same_without_a_request()
    {
        DeviceRegistration first = await RegisterAsync();
        Assert.Equal((1, RegistrationState.AnswerReceived), (first.Attempts, first.State));
        DeviceRegistration again = await RegisterAsync();
        Assert.Equal(
            (0, RegistrationState.AnswerReceived, RegistrationState.AnswerReceived, first.CertificateSerialNumber, first.NotAfter, first.GatewayServer),
            (again.Attempts, again.State, again.Key.State, again.CertificateSerialNumber, again.NotAfter, again.GatewayServer));
        Assert.NotEmpty(again.CertificateSerialNumber);
        Assert.NotEmpty(again.GatewayServer);
        Assert.Equal(DateTimeKind.Utc, again.NotAfter!.Value.Kind);
        Assert.Empty(again.Orphans);
        Assert.Equal($"{first.Uuid} (AnswerReceived)", again.ToString());
    }

    [Fact]
    public async Task It_is_written_anew_as_it_came()
    {
        await RegisterAsync();
        string spread = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(AnswerPath))!.ToJsonString(new() { WriteIndented = true }) + "\n";
        await File.WriteAllTextAsync(AnswerPath, spread);
        DateTime before = File.GetLastWriteTimeUtc(AnswerPath);
        Assert.Equal(0, (await RegisterAsync()).Attempts);
        Assert.Equal(spread, await File.ReadAllTextAsync(AnswerPath));
        Assert.True(File.GetLastWriteTimeUtc(AnswerPath) > before);
    }

    [Fact]
    public async Task It_counts_when_the_journal_says_so_and_not_before()
    {
        await RegisterAsync();
        device.Journal.Save(device.Entry with { State = RegistrationState.RequestSent });
        Assert.Equal(1, (await RegisterAsync()).Attempts);
        Assert.Equal(RegistrationState.AnswerReceived, device.Entry.State);
    }

    [Theory]
    [InlineData("{", true)]
    [InlineData("{}", true)]
    [InlineData(null, false)]
    public async Task What_cannot_be_used_is_asked_for_again(string? content, bool warns)
    {
        await RegisterAsync();
        File.Delete(AnswerPath);
        if (content is not null)
        {
            File.WriteAllText(AnswerPath, content);
        }

        DeviceRegistration again = await RegisterAsync();
        Assert.Equal((1, RegistrationState.AnswerReceived), (again.Attempts, again.State));
        Assert.Equal(warns, device.Observer.Warnings.Any(warning => warning.Contains("is damaged", StringComparison.Ordinal)));
        Assert.Equal(0, (await RegisterAsync()).Attempts);
    }

    [Fact]
    public async Task One_that_is_too_large_to_be_an_answer_is_asked_for_again()
    {
        await RegisterAsync();
        File.WriteAllBytes(AnswerPath, new byte[(4 * 1024 * 1024) + 1]);

        Assert.Equal(1, (await RegisterAsync()).Attempts);
        Assert.Contains(device.Observer.Warnings, warning => warning.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_whose_device_was_registered_meanwhile_has_nothing_left_to_do()
    {
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        DeviceKey key = device.MakeKey(config);
        DeviceRegistration registration = await enroller.RegisterAsync(key, client, CancellationToken.None);
        ExportedCredentials exported = enroller.Export(registration, CancellationToken.None);

        DeviceRegistration late = await enroller.RegisterAsync(key, client, CancellationToken.None);
        Assert.Equal((RegistrationState.Registered, RegistrationState.Registered, key.Uuid), (late.State, late.Key.State, late.Uuid));
        Assert.Equal((0, string.Empty, string.Empty), (late.Attempts, late.CertificateSerialNumber, late.GatewayServer));
        Assert.Null(late.NotAfter);
        Assert.Null(late.Answer);

        // The registration is not worth less for having been exported before.
        ExportedCredentials again = enroller.Export(registration, CancellationToken.None);
        Assert.True(again.AlreadyRegistered);
        Assert.Equal(
            (exported.Uuid, exported.Uuid, "acme", exported.Path, key.KeyLocation, exported.GatewayServer, exported.CertificateSerialNumber, exported.NotAfter),
            (again.Uuid, again.Name, again.Factory, again.Path, again.KeyLocation, again.GatewayServer, again.CertificateSerialNumber, again.NotAfter));
        Assert.Equal(exported.Files.Order(StringComparer.Ordinal), again.Files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_registration_without_its_answer_puts_nothing_in_place()
    {
        DeviceRegistration registration = await RegisterAsync();
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => enroller.Export(registration with { Answer = null }, CancellationToken.None));
        Assert.Equal((ErrorId.RegistrationIncomplete, (object)config.SotaPath), (error.Id, error.Target));
        Assert.Throws<AutoRegisterException>(() => enroller.Export(registration with { State = RegistrationState.Registered }, CancellationToken.None));
        Assert.False(enroller.Export(registration, CancellationToken.None).AlreadyRegistered);
    }

    public void Dispose()
    {
        client.Dispose();
        token.Dispose();
        device.Dispose();
    }

    private Task<DeviceRegistration> RegisterAsync() =>
        new Enroller(new EnrollerOptions(), device.Observer).RegisterAsync(device.MakeKey(config), client, CancellationToken.None);
}
