using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Configuration;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>The OAuth device flow against the local factory, whose approval page a test opens like a person would.</summary>
[Trait("Takes", "long")]
public sealed class DeviceAuthorizationTests : IDisposable
{
    private readonly DeviceRoot device = new();

    [Fact]
    public async Task AnApprovedDeviceIsRegistered()
    {
        using var factory = new LocalFactory("--oauth-interval", "1");
        var person = new PersonObserver(prompt => factory.DecideAsync(prompt.Link, "approve"));
        DeviceRegistration registration = await RegisterAsync(factory, person);

        Assert.Equal(RegistrationState.AnswerReceived, registration.State);
        AuthorizationPrompt prompt = Assert.Single(person.Prompts);
        Assert.Contains(prompt.UserCode, prompt.VerificationUriComplete, StringComparison.Ordinal);
        Assert.StartsWith(prompt.VerificationUri, prompt.VerificationUriComplete, StringComparison.Ordinal);
        Assert.Equal(registration.Uuid, prompt.Uuid);
        Assert.Equal(TimeSpan.FromMinutes(15), prompt.ExpiresIn);
        Assert.Equal(prompt.VerificationUriComplete, QrDecoder.Decode(prompt.QrCode));
        Assert.Contains("It expires in 15 minutes.", prompt.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFinishedAnswerNeedsNobody()
    {
        using var factory = new LocalFactory("--oauth-interval", "1");
        var person = new PersonObserver(prompt => factory.DecideAsync(prompt.Link, "approve"));
        await RegisterAsync(factory, person);

        DeviceRegistration again = await RegisterAsync(factory, person, new EnrollerOptions());
        Assert.Equal(RegistrationState.AnswerReceived, again.State);
        Assert.Single(person.Prompts);
    }

    [Fact]
    public async Task ADeniedDeviceIsNotRegistered()
    {
        using var factory = new LocalFactory("--oauth-interval", "1");
        var person = new PersonObserver(prompt => factory.DecideAsync(prompt.Link, "deny"));
        await FailAsync(ErrorId.AuthorizationDenied, factory, person);
    }

    [Fact]
    public async Task ADeviceThatNobodyAuthorisesGivesUp()
    {
        using var factory = new LocalFactory("--oauth-interval", "1", "--oauth-expires-in", "2");
        await FailAsync(ErrorId.AuthorizationExpired, factory, new PersonObserver(_ => Task.CompletedTask));
    }

    [Fact]
    public async Task SlowDownAddsFiveSecondsToEveryWaitThatFollows()
    {
        // Half a minute is longer than a slow machine needs from one request to the next: the second and the third come too soon.
        using var factory = new LocalFactory("--oauth-interval", "30");
        using var stop = new CancellationTokenSource();
        var time = new HastyTime(hasty: 3, stop.Cancel);
        var person = new PersonObserver(_ => Task.CompletedTask);
        var options = new EnrollerOptions { PersonIsThere = true, Time = time };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RegisterAsync(factory, person, options, stop.Token));
        Assert.Contains(person.Details, detail => detail.Contains("the next request is in 35 s", StringComparison.Ordinal));
        Assert.Equal([30, 30, 35, 40], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task CtrlCEndsTheWaitAndKeepsTheKey()
    {
        using var factory = new LocalFactory();
        using var stop = new CancellationTokenSource();
        var person = new PersonObserver(_ => stop.CancelAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RegisterAsync(factory, person, cancellation: stop.Token));
        Assert.Equal(RegistrationState.KeyMade, MakeKey(factory, person).State);
    }

    [Fact]
    public async Task WithoutTokenAndWithoutAPersonItIsAConfigurationError()
    {
        using var factory = new LocalFactory();
        var person = new PersonObserver(_ => throw new InvalidOperationException("nobody is to be asked"));
        AutoRegisterException error = await FailAsync(ErrorId.ApiTokenMissing, factory, person, new EnrollerOptions());
        Assert.Equal(FailureSort.Configuration, error.Sort);
    }

    [Fact]
    public async Task AnotherFactorysScopeIsRefusedWithTheServersWords()
    {
        using var factory = new LocalFactory();
        device.Set("DEVICE_FACTORY", "other");
        AutoRegisterException error = await FailAsync(ErrorId.RequestRejected, factory, new PersonObserver(_ => Task.CompletedTask));
        Assert.Equal(400, error.ServerAnswer!.Status);
        Assert.Contains("error: invalid_scope", error.ServerAnswer.Words);
    }

    public void Dispose() => device.Dispose();

    private async Task<AutoRegisterException> FailAsync(ErrorId id, LocalFactory factory, PersonObserver person, EnrollerOptions? options = null)
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RegisterAsync(factory, person, options));
        Assert.Equal(id, error.Id);
        return error;
    }

    private async Task<DeviceRegistration> RegisterAsync(
        LocalFactory factory, PersonObserver person, EnrollerOptions? options = null, CancellationToken cancellation = default)
    {
        using RegistrationClient client = factory.Connect();
        var enroller = new Enroller(options ?? new EnrollerOptions { PersonIsThere = true }, person);
        return await enroller.RegisterAsync(MakeKey(factory, person), client, cancellation);
    }

    private DeviceKey MakeKey(LocalFactory factory, PersonObserver person) =>
        new Enroller(new EnrollerOptions(), person).MakeKey(device.Read(factory.Options), replace: false, CancellationToken.None);
}
