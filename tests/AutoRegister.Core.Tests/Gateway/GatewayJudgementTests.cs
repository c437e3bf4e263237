using AutoRegister.Core.Errors;
using AutoRegister.Core.Gateway;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Sota;
using AutoRegister.Core.X509;
using Org.BouncyCastle.Tls;
using Xunit;

namespace AutoRegister.Core.Tests.Gateway;

/// <summary>What is made of a gateway's answer and of its certificate. The gateway is a stand-in: the real one takes its devices.</summary>
public sealed class GatewayJudgementTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK", 200)]
    [InlineData("HTTP/1.0 402 Payment Required", 402)]
    [InlineData("HTTP/1.1 404 Not Found", 404)]
    [InlineData("HTTP/1.1 499 ", 499)]
    [InlineData("HTTP/1.1 499", 499)]
    public async Task A_stand_in_that_answers_takes_the_device(string line, int status)
    {
        GatewayAnswer answer = await AskAsync(line + "\r\nX: y\r\n\r\none\r\n\r\ntwo\n");
        Assert.Equal((status, "TLS 1.3", "one two"), (answer.Status, answer.Protocol, answer.Words));
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized", ErrorId.GatewayRefused)]
    [InlineData("HTTP/1.1 403 Forbidden", ErrorId.GatewayRefused)]
    [InlineData("HTTP/1.1 500 Oh", ErrorId.ServerUnavailable)]
    [InlineData("HTTP/1.1 503 Later", ErrorId.ServerUnavailable)]
    [InlineData("HTTP/1.1 0 Nothing", ErrorId.ServerUnavailable)]
    [InlineData("HTTP/1.1 2x0 OK", ErrorId.ServerUnavailable)]
    [InlineData("HTTP/1.1 -200 OK", ErrorId.ServerUnavailable)]
    [InlineData("ICAP/1.0 200 OK", ErrorId.ServerUnavailable)]
    [InlineData("HTTP/1.1", ErrorId.ServerUnavailable)]
    [InlineData("", ErrorId.ServerUnavailable)]
    public async Task A_stand_in_that_does_not_answer_well_is_an_error(string line, ErrorId id)
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync(line.Length > 0 ? line + "\r\n\r\nits words" : line));
        Assert.Equal(id, error.Id);
        Assert.Equal(line.Length > 0, error.Message.Contains("its words", StringComparison.Ordinal));
        Assert.Equal("localhost", Assert.IsType<Uri>(error.Target).Host);
    }

    [Fact]
    public async Task A_stand_in_may_hang_up_after_its_words_but_not_before()
    {
        GatewayAnswer answer = await AskAsync("HTTP/1.1 200 OK", says: false);
        Assert.Equal((200, string.Empty), (answer.Status, answer.Words));
        Assert.Equal(ErrorId.ServerUnreachable, (await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync(string.Empty, says: false))).Id);
    }

    [Fact]
    public async Task A_stand_in_that_talks_too_long_is_cut_off()
    {
        GatewayAnswer answer = await AskAsync("HTTP/1.1 200 OK\r\n\r\n" + new string('x', 200_000));
        Assert.Equal(new string('x', 500) + '…', answer.Words);
    }

    [Fact]
    public async Task A_stand_in_that_knows_nobody_is_no_gateway()
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync("HTTP/1.1 200 OK\r\n\r\n", asks: false));
        Assert.Equal(ErrorId.GatewayRefused, error.Id);
        Assert.Contains("did not ask", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stand_in_with_a_certificate_for_clients_is_not_trusted()
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync("HTTP/1.1 200 OK\r\n\r\n", purpose: "1.3.6.1.5.5.7.3.2"));
        Assert.Equal(ErrorId.ServerNotTrusted, error.Id);
        Assert.Contains("does not chain to root.crt (", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "localhost")]
    [InlineData("127.0.0.1", "")]
    public async Task A_stand_in_is_asked_for_by_name_and_an_address_is_none(string host, string name)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"name {Guid.NewGuid()}");
        using var gateway = new StandInGateway("HTTP/1.1 200 OK\r\n\r\n");
        await AskAsync(device, gateway, host);
        Assert.Equal(name, gateway.AskedFor);
        Assert.Equal($"GET / HTTP/1.1\r\nHost: {host}:{gateway.Port}\r\nAccept: */*\r\nConnection: close\r\n\r\n", gateway.Request);
    }

    [Fact]
    public async Task The_chain_is_shown_where_there_is_one()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "chain");
        using RegisteredDevice other = await RegisteredDevice.MakeAsync(shared.Factory, "another chain");
        File.WriteAllText(device.PathOf("client.chained"), string.Empty);
        Assert.Equal(200, (await AskAsync(device)).Status);

        // With a certificate that the key does not belong to the handshake fails at the gateway.
        File.Copy(other.PathOf("client.pem"), device.PathOf("client.chained"), overwrite: true);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync(device));
        Assert.Equal(ErrorId.GatewayRefused, error.Id);
        Assert.Contains("TLS alert", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_rotation_the_new_certificate_is_shown_and_the_issuers_of_the_chain()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "rotated chain");
        device.RotateFiles();
        device.UseRotatedFiles();
        using var gateway = new StandInGateway("HTTP/1.1 200 OK\r\n\r\n");
        Assert.Equal(200, (await AskAsync(device, gateway, "localhost")).Status);
        byte[] renewed = Assert.Single(Pem.DecodeAll(Pem.Certificate, File.ReadAllText(device.PathOf("client.98.pem"))));
        IEnumerable<byte[]> issuers = Pem.DecodeAll(Pem.Certificate, File.ReadAllText(device.PathOf("client.chained"))).Skip(1);
        Assert.Equal<IEnumerable<byte[]>>([renewed, .. issuers], gateway.Shown);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP521)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [Trait("Takes", "long")]
    public async Task A_key_that_tls_13_has_no_place_for_is_taken_in_tls_12(KeyAlgorithm algorithm)
    {
        using var factory = new LocalFactory("--allow-key-types", "p521,rsa2048");
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(factory, "large", algorithm: algorithm);
        GatewayAnswer answer = await AskAsync(device);
        Assert.Equal((200, "TLS 1.2"), (answer.Status, answer.Protocol));
    }

    [Fact]
    public void A_key_signs_data_with_its_own_algorithm_only()
    {
        string folder = Directory.CreateTempSubdirectory("signer-").FullName;
        using var elliptic = FileDeviceKey.Create(Path.Join(folder, "ec"));
        using var larger = FileDeviceKey.Create(Path.Join(folder, "p384"), KeyAlgorithm.EcP384);
        using var rsa = FileDeviceKey.Create(Path.Join(folder, "rsa"), KeyAlgorithm.Rsa2048);
        Directory.Delete(folder, recursive: true);
        Assert.Equal((true, false, false), (GatewaySigner.FitsTls13(elliptic), GatewaySigner.FitsTls13(larger), GatewaySigner.FitsTls13(rsa)));
        SignatureAndHashAlgorithm ecdsa = new(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);
        SignatureAndHashAlgorithm pkcs1 = new(HashAlgorithm.sha256, SignatureAlgorithm.rsa);
        Assert.Equal((ecdsa, ecdsa, pkcs1), (GatewaySigner.AlgorithmOf(elliptic), GatewaySigner.AlgorithmOf(larger), GatewaySigner.AlgorithmOf(rsa)));
        var signer = new GatewaySigner(elliptic);
        Assert.NotNull(signer.GetStreamSigner(ecdsa));
        Assert.Equal(AlertDescription.handshake_failure, Assert.Throws<TlsFatalAlert>(() => signer.GetStreamSigner(pkcs1)).AlertDescription);
        Assert.Equal(AlertDescription.internal_error, Assert.Throws<TlsFatalAlert>(() => signer.GenerateRawSignature(ecdsa, [1])).AlertDescription);
    }

    private static Task<GatewayAnswer> AskAsync(RegisteredDevice device) =>
        GatewayProbe.AskAsync(device.Config.SotaPath, device.Config.Hsm, device.Observer, CancellationToken.None);

    private static Task<GatewayAnswer> AskAsync(RegisteredDevice device, StandInGateway gateway, string host)
    {
        device.Point($"https://{host}:{gateway.Port}");
        File.WriteAllText(device.PathOf("root.crt"), gateway.RootPem);
        return AskAsync(device);
    }

    private async Task<GatewayAnswer> AskAsync(string words, bool asks = true, bool says = true, string purpose = "1.3.6.1.5.5.7.3.1")
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"judged {Guid.NewGuid()}");
        using var gateway = new StandInGateway(words, asks, says, purpose);
        return await AskAsync(device, gateway, "localhost");
    }
}
