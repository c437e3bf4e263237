using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Ways to write a path that a proxy's rules do not know: none of them is one of ours.</summary>
public sealed class PathTests(AttackedServer server) : IClassFixture<AttackedServer>
{
    [Theory]
    [InlineData("/SIGN")]
    [InlineData("/s%69gn")]
    [InlineData("/%73ign")]
    [InlineData("//sign")]
    [InlineData("/sign//")]
    [InlineData("/sign/.")]
    [InlineData("/./sign")]
    [InlineData("/ota/../sign")]
    [InlineData("/ota/%2e%2e/sign")]
    [InlineData("/sign%2f")]
    [InlineData("/sign;x=1")]
    [InlineData("/sign%00")]
    [InlineData("\\sign")]
    [InlineData("https://register.example.org/sign")]
    [InlineData("/OTA/devices/")]
    [InlineData("/ota/%64evices/")]
    [InlineData("/ota//devices/")]
    [InlineData("/sign/../ota/devices/")]
    public async Task A_path_that_is_not_written_as_ours(string target)
    {
        using var device = new TestDevice();
        string status = await StatusAsync(target, device);
        Assert.True(status is "404" or "400", $"{target}: {status}");
        Assert.Equal(0, await server.CountAsync(device.Uuid));
    }

    [Theory]
    [InlineData("/sign")]
    [InlineData("/sign/")]
    [InlineData("/ota/devices/")]
    [InlineData("/ota/devices?x=/../sign")]
    public async Task A_path_that_is(string target)
    {
        // It is not on the allow-list, which /sign asks for.
        using var device = new TestDevice();
        Assert.Equal(target.StartsWith("/sign", StringComparison.Ordinal) ? "403" : "201", await StatusAsync(target, device));
    }

    [Theory]
    [InlineData("/%0d%0aSet-Cookie:%20a=b")]
    [InlineData("/x%0aapi%20POST%20/injected%20201")]
    public async Task A_line_break_in_a_path_gets_into_no_header_and_no_line_of_the_log(string target)
    {
        using RawConnection connection = await RawConnection.ConnectTlsAsync(server.Process.Registration.Port);
        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: {FioctlFolder.Host}\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("Set-Cookie", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await server.Process.WaitAsync(() => server.Process.Output.Contains("404", StringComparison.Ordinal), "writes its log");
        Assert.DoesNotContain(server.Process.Output.Split('\n'), line => line.StartsWith("api POST /injected", StringComparison.Ordinal) || line.StartsWith("Set-Cookie", StringComparison.Ordinal));
    }

    private async Task<string> StatusAsync(string target, TestDevice device)
    {
        using RawConnection connection = await RawConnection.ConnectTlsAsync(server.Process.Registration.Port);
        string body = device.Body().ToJsonString();
        await connection.SendAsync(
            $"POST {target} HTTP/1.1\r\nHost: {FioctlFolder.Host}\r\nOSF-TOKEN: {server.Process.Token}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        return (await connection.ReadToEndAsync()).Split(' ')[1];
    }
}
