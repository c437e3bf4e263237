using System.Net;
using System.Text;
using AutoRegister.Core.Api;
using AutoRegister.Core.Api.OAuth;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>A real server that answers the device flow in every way there is; no wait is waited for.</summary>
public sealed class DeviceFlowAnswersTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private const string Pending = "400 {\"error\": \"authorization_pending\"}";
    private const string Token = "200 {\"access_token\": \"opened\"}";

    private readonly HastyTime time = new(int.MaxValue, () => { });
    private readonly PersonObserver person = new(_ => Task.CompletedTask);
    private readonly RegistrationClient client = new();
    private readonly Queue<string> answers = new();
    private readonly List<(string Path, string Form)> received = [];
    private readonly PlainServer server;
    private string grant = "200 {\"device_code\": \"dc\", \"user_code\": \"BCDF\", \"verification_uri\": \"https://page.example/\", \"expires_in\": 600, \"interval\": 300}";

    public DeviceFlowAnswersTests() => server = new PlainServer(async context =>
    {
        using var body = new StreamReader(context.Request.InputStream);
        string path = context.Request.RawUrl!;
        received.Add((path, WebUtility.UrlDecode(await body.ReadToEndAsync())));
        string answer = path.EndsWith("/token/", StringComparison.Ordinal) ? answers.Dequeue() : grant;
        await PlainServer.SayAsync(context, int.Parse(answer[..3], System.Globalization.CultureInfo.InvariantCulture), answer[4..]);
    });

    [Theory]
    [InlineData("oauth")]
    [InlineData("oauth/")]
    public async Task The_token_comes_when_the_person_has_decided(string path)
    {
        using Secret access = await RunAsync(path, Pending, Pending, Token);
        Assert.Equal("opened", Encoding.UTF8.GetString(access.Utf8));
        Assert.Equal(("/oauth/authorization/device/", $"client_id={Uuid}&scope=acme:devices:create"), received[0]);
        Assert.All(received.Skip(1), request => Assert.Equal(
            ("/oauth/token/", $"grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=dc&client_id={Uuid}&scope=acme:devices:create"), request));
        Assert.Equal([300, 300, 300], time.Waits.Select(wait => wait.TotalSeconds));
        AuthorizationPrompt prompt = Assert.Single(person.Prompts);
        Assert.Equal(("BCDF", Uuid, "https://page.example/", TimeSpan.FromMinutes(10)), (prompt.UserCode, prompt.Uuid, prompt.Link, prompt.ExpiresIn));
        Assert.Equal("https://page.example/", QrDecoder.Decode(prompt.QrCode));
    }

    [Fact]
    public async Task A_server_that_fails_meanwhile_is_asked_less_often()
    {
        (await RunAsync("oauth", "503 {}", Pending, "400 {\"error\": \"slow_down\"}", Token)).Dispose();
        Assert.Equal([300, 305, 305, 310], time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Contains("310 s", Assert.Single(person.Details), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("400 {\"error\": \"access_denied\"}", ErrorId.AuthorizationDenied)]
    [InlineData("400 {\"error\": \"expired_token\"}", ErrorId.AuthorizationExpired)]
    [InlineData("400 {\"error\": \"invalid_grant\"}", ErrorId.RequestRejected)]
    [InlineData("400 {}", ErrorId.RequestRejected)]
    [InlineData("400 []", ErrorId.AnswerInvalid)]
    [InlineData("200 {}", ErrorId.AnswerInvalid)]
    [InlineData("200 {\"access_token\": \"\"}", ErrorId.AnswerInvalid)]
    [InlineData("200 {\"error\": \"authorization_pending\"}", ErrorId.AnswerInvalid)]
    [InlineData("401 {}", ErrorId.ApiTokenRejected)]
    public async Task What_ends_the_flow_ends_it_at_once(string answer, ErrorId id)
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync("oauth", answer));
        Assert.Equal((id, (object)new Uri(server.Origin, "oauth/token/")), (error.Id, error.Target));
        Assert.Equal(2, received.Count);
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData("400 {\"error\": \"invalid_scope\"}", ErrorId.RequestRejected)]
    [InlineData("200 {}", ErrorId.AnswerInvalid)]
    [InlineData("503 {}", ErrorId.ServerUnavailable)]
    public async Task Without_a_grant_nobody_is_asked(string answer, ErrorId id)
    {
        grant = answer;
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync("oauth"));
        Assert.Equal((id, (object)new Uri(server.Origin, "oauth/authorization/device/")), (error.Id, error.Target));
        Assert.Empty(person.Prompts);
    }

    [Fact]
    public async Task The_last_question_comes_before_the_code_expires()
    {
        grant = grant.Replace("600", "100", StringComparison.Ordinal);
        (await RunAsync("oauth", Token)).Dispose();
        Assert.InRange(Assert.Single(time.Waits), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task A_person_is_asked_once_for_a_device_and_again_for_another()
    {
        using var authority = new RequestAuthority(Config("oauth"), client, new EnrollerOptions { PersonIsThere = true, Time = time }, person);
        answers.Enqueue(Token);
        answers.Enqueue(Token);
        Secret first = (await authority.BearerAsync(Uuid, CancellationToken.None))!;
        Assert.Same(first, await authority.BearerAsync(Uuid, CancellationToken.None));
        Assert.Single(person.Prompts);
        Secret second = (await authority.BearerAsync("another", CancellationToken.None))!;
        Assert.Equal([Uuid, "another"], person.Prompts.Select(prompt => prompt.Uuid));

        // What opened the first is not left in memory, nor is the second when all is over.
        Assert.Throws<ObjectDisposedException>(() => first.Utf8.Length);
        Assert.Equal(6, second.Utf8.Length);
        authority.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.Utf8.Length);
    }

    [Fact]
    public async Task With_an_api_token_nobody_is_asked()
    {
        using var token = Secret.FromUtf8("token"u8);
        using var authority = new RequestAuthority(Config("oauth") with { ApiToken = token }, client, new EnrollerOptions { PersonIsThere = true }, person);
        Assert.Null(await authority.BearerAsync(Uuid, CancellationToken.None));
        Assert.Empty(received);
    }

    public void Dispose()
    {
        server.Dispose();
        client.Dispose();
    }

    private SotaConfig Config(string path) => new() { Factory = "acme", Tags = ["main"], HardwareId = "board", OAuthBase = new Uri(server.Origin, path) };

    private Task<Secret> RunAsync(string path, params string[] script)
    {
        Array.ForEach(script, answers.Enqueue);
        return new DeviceAuthorization(client, person, time).RunAsync(Config(path), Uuid, CancellationToken.None);
    }
}
