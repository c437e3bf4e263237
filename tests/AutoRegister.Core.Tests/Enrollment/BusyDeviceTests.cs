using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>Each step takes the lock of the SOTA directory, and lets go of it.</summary>
public sealed class BusyDeviceTests : IDisposable
{
    private readonly UnregisteredDevice device = new();
    private readonly RegistrationClient client = new();
    private readonly Enroller enroller;

    public BusyDeviceTests() => enroller = new Enroller(new EnrollerOptions { LockPatience = TimeSpan.Zero }, device.Observer);

    [Fact]
    public async Task No_step_is_done_while_another_run_works()
    {
        DeviceKey key = enroller.MakeKey(device.Config, replace: false, CancellationToken.None);
        var registration = new DeviceRegistration { Key = key, State = RegistrationState.AnswerReceived };
        using (DirectoryLock.Acquire(device.Config.SotaPath, TimeSpan.Zero, device.Observer, CancellationToken.None))
        {
            Assert.Equal(ErrorId.RegistrationBusy, Assert.Throws<AutoRegisterException>(() => enroller.MakeKey(device.Config, replace: false, CancellationToken.None)).Id);
            Assert.Equal(ErrorId.RegistrationBusy, (await Assert.ThrowsAsync<AutoRegisterException>(() => enroller.RegisterAsync(key, client, CancellationToken.None))).Id);
            Assert.Equal(ErrorId.RegistrationBusy, Assert.Throws<AutoRegisterException>(() => enroller.Export(registration, CancellationToken.None)).Id);

            // A registered device needs nothing of it.
            DeviceRegistration done = await enroller.RegisterAsync(key with { State = RegistrationState.Registered }, client, CancellationToken.None);
            Assert.Equal((RegistrationState.Registered, key.Uuid), (done.State, done.Uuid));
        }

        Assert.Equal(key.CertificateRequest, enroller.MakeKey(device.Config, replace: false, CancellationToken.None).CertificateRequest);
    }

    public void Dispose()
    {
        client.Dispose();
        device.Dispose();
    }
}
