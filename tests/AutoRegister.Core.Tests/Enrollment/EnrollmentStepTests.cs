using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>Who looks for a cause is told which step runs, and in which directory.</summary>
public sealed class EnrollmentStepTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Fact]
    public async Task Each_step_of_an_enrolment_says_its_name_once_and_in_order()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "steps");
        Assert.Equal(
            [$"Step: make the key ('{device.Config.SotaPath}')", $"Step: register ('{device.Config.SotaPath}')", $"Step: put the credentials in place ('{device.Config.SotaPath}')"],
            Steps(device));
    }

    [Fact]
    public async Task A_device_that_is_registered_is_not_sent_to_a_server()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "no second step");
        int before = Steps(device).Length;
        DeviceKey key = new Enroller(new EnrollerOptions(), device.Observer).MakeKey(device.Config, replace: false, CancellationToken.None);
        using RegistrationClient client = shared.Factory.Connect();
        Assert.Equal(RegistrationState.Registered, (await new Enroller(new EnrollerOptions(), device.Observer).RegisterAsync(key, client, CancellationToken.None)).State);
        Assert.Equal(before + 1, Steps(device).Length);
    }

    private static string[] Steps(RegisteredDevice device) => [.. device.Observer.Details.Where(detail => detail.StartsWith("Step: ", StringComparison.Ordinal))];
}
