using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Gateway;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Gateway;

/// <summary>The gateway of the local factory takes the device, or says why not; so do servers that are no gateway.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class GatewayProbeTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Fact]
    public async Task A_key_file_and_its_certificate_are_taken()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "probe file");
        GatewayAnswer answer = await AskAsync(device);
        Assert.Equal((200, "TLS 1.3", device.Exported.GatewayServer), (answer.Status, answer.Protocol, answer.Server.OriginalString));
        Assert.Contains(device.Exported.Uuid, answer.Words, StringComparison.Ordinal);
        Assert.Contains(device.Observer.Steps, step => step.Contains(device.Exported.GatewayServer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP256, "TLS 1.3")]
    [InlineData(KeyAlgorithm.EcP384, "TLS 1.2")]
    [InlineData(KeyAlgorithm.Rsa2048, "TLS 1.2")]
    public async Task A_key_in_a_token_and_its_certificate_are_taken(KeyAlgorithm algorithm, string protocol)
    {
        using var hsm = new SoftHsm();
        using var factory = new LocalFactory("--allow-key-types", "p256,p384,rsa2048");
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(factory, $"probe {algorithm}", hsm.Settings, algorithm);
        // The certificate in the token counts, not the copy of it.
        File.Delete(device.PathOf("client.pem"));
        GatewayAnswer answer = await AskAsync(device);
        Assert.Equal((200, protocol), (answer.Status, answer.Protocol));
        Assert.Contains(device.Exported.Uuid, answer.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_root_crt_does_not_vouch_for_is_not_trusted()
    {
        using var other = new LocalFactory();
        using RegisteredDevice stranger = await RegisteredDevice.MakeAsync(other, "stranger");
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "deceived");
        File.Copy(stranger.PathOf("root.crt"), device.PathOf("root.crt"), overwrite: true);
        AutoRegisterException error = await FailAsync(device);
        Assert.Equal(ErrorId.ServerNotTrusted, error.Id);
        Assert.Contains("does not chain to root.crt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_of_another_name_is_not_trusted()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "other name");
        device.Point(new UriBuilder(device.Exported.GatewayServer) { Host = "[::ffff:127.0.0.1]" }.Uri.GetLeftPart(UriPartial.Authority));
        AutoRegisterException error = await FailAsync(device);
        Assert.Equal(ErrorId.ServerNotTrusted, error.Id);
        Assert.Contains("another name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_ask_for_the_certificate_is_no_gateway()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "no gateway");
        device.Point(new Uri(shared.Factory.Api).GetLeftPart(UriPartial.Authority));
        File.Copy(shared.Factory.CaFile, device.PathOf("root.crt"), overwrite: true);
        AutoRegisterException error = await FailAsync(device);
        Assert.Equal(ErrorId.GatewayRefused, error.Id);
        Assert.Contains("did not ask", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_is_unreachable()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "unreachable");
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        device.Point($"https://localhost:{port}");
        Assert.Equal(ErrorId.ServerUnreachable, (await FailAsync(device)).Id);
    }

    [Fact]
    public async Task What_speaks_no_tls_is_not_trusted()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "no tls");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answer = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        device.Point($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal(ErrorId.ServerNotTrusted, (await FailAsync(device)).Id);
        await answer;
    }

    [Theory]
    [InlineData("server = \"http://localhost:1\"")]
    [InlineData("server = \"nowhere\"")]
    [InlineData("")]
    public async Task Without_a_gateway_there_is_nobody_to_ask(string line)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "none " + line.Length);
        device.Edit("sota.toml", text => new Regex("(?m)^server = .*$").Replace(text, line, 1));
        Assert.Equal(ErrorId.RegistrationIncomplete, (await FailAsync(device)).Id);
    }

    [Fact]
    public async Task An_empty_directory_has_no_identity_to_show()
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(
            () => GatewayProbe.AskAsync("/nowhere", null, new RecordingObserver(), CancellationToken.None));
        Assert.Equal(ErrorId.RegistrationIncomplete, error.Id);
        Assert.Contains("there are none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_the_key_is_named()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "lost key", hsm.Settings);
        SoftHsm.Pkcs11Tool("--delete-object", "--type", "privkey", "--id", "01");
        Assert.Equal(ErrorId.HsmKeyNotFound, (await FailAsync(device)).Id);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_ends()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "cancelled");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        device.Point($"https://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        using var cancellation = new CancellationTokenSource();
        Task asked = Task.Run(() => GatewayProbe.AskAsync(device.Config.SotaPath, null, device.Observer, cancellation.Token));
        using TcpClient connected = await silent.AcceptTcpClientAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static Task<GatewayAnswer> AskAsync(RegisteredDevice device) =>
        GatewayProbe.AskAsync(device.Config.SotaPath, device.Config.Hsm, device.Observer, CancellationToken.None);

    private static Task<AutoRegisterException> FailAsync(RegisteredDevice device) => Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync(device));
}
