using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>Which answers of a server are taken: by status, by kind and by size.</summary>
public sealed class AnswerSortingTests : IDisposable
{
    private const int Limit = 1024 * 1024;
    private readonly RegistrationClient client = new();
    private readonly TaskCompletionSource ended = new();
    private readonly CancellationTokenSource stop = new();
    private PlainServer? server;

    [Theory]
    [InlineData(200, null)]
    [InlineData(405, null)]
    [InlineData(499, null)]
    [InlineData(500, ErrorId.ServerUnavailable)]
    [InlineData(503, ErrorId.ServerUnavailable)]
    public async Task A_ping_is_answered_by_whatever_is_no_failure_of_the_server(int status, ErrorId? id)
    {
        Uri api = Answer(status, string.Empty);
        var error = (AutoRegisterException?)await Record.ExceptionAsync(() => client.PingAsync(api, CancellationToken.None));
        Assert.Equal(id, error?.Id);
        Assert.Equal(id is null ? null : api, error?.Target);
    }

    [Theory]
    [InlineData(201, "{}", "application/json", null)]
    [InlineData(200, "{}", "application/json", ErrorId.ServerUnexpected)]
    [InlineData(202, "{}", "application/json", ErrorId.ServerUnexpected)]
    [InlineData(201, "{}", "text/html", ErrorId.CaptivePortal)]
    [InlineData(201, " <p>", "application/json", ErrorId.CaptivePortal)]
    public async Task Only_created_is_a_registration(int status, string body, string type, ErrorId? id)
    {
        Uri api = Answer(status, body, type);
        Task<byte[]> sent = RegisterAsync(api, CancellationToken.None);
        if (id is null)
        {
            Assert.Equal(body, System.Text.Encoding.UTF8.GetString(await sent));
        }
        else
        {
            Assert.Equal(id, (await Assert.ThrowsAsync<AutoRegisterException>(() => sent)).Id);
        }
    }

    [Theory]
    [InlineData(200, "{}", "application/json", null)]
    [InlineData(400, "{}", "application/json", null)]
    [InlineData(201, "{}", "application/json", ErrorId.ServerUnexpected)]
    [InlineData(401, "{}", "application/json", ErrorId.ApiTokenRejected)]
    [InlineData(503, "{}", "application/json", ErrorId.ServerUnavailable)]
    [InlineData(200, "<p>", "text/html", ErrorId.CaptivePortal)]
    [InlineData(400, "<p>", "text/html", ErrorId.CaptivePortal)]
    [InlineData(401, "<p>", "text/html", ErrorId.CaptivePortal)]
    public async Task A_form_is_answered_by_ok_and_by_a_reason(int status, string body, string type, ErrorId? id)
    {
        Uri api = Answer(status, body, type);
        Task<OAuthReply> sent = client.PostFormAsync(api, [], CancellationToken.None);
        if (id is null)
        {
            OAuthReply reply = await sent;
            Assert.Equal((status, status == 200, 2), (reply.Status, reply.Succeeded, reply.Body.Length));
        }
        else
        {
            Assert.Equal(id, (await Assert.ThrowsAsync<AutoRegisterException>(() => sent)).Id);
        }
    }

    [Theory]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    public async Task An_answer_may_be_a_mebibyte_long(int length, bool taken)
    {
        Uri api = Answer(201, new string('x', length));
        Task<byte[]> sent = RegisterAsync(api, CancellationToken.None);
        if (taken)
        {
            Assert.Equal(length, (await sent).Length);
        }
        else
        {
            AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => sent);
            Assert.Equal((ErrorId.AnswerInvalid, (object)api), (error.Id, error.Target));
            Assert.Contains("larger than 1024 KiB", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_gives_up_has_not_waited_too_long(bool inBody)
    {
        server = new PlainServer(async context =>
        {
            if (inBody)
            {
                context.Response.StatusCode = 201;
                context.Response.ContentLength64 = 100;
                await context.Response.OutputStream.WriteAsync("{"u8.ToArray());
                await context.Response.OutputStream.FlushAsync();

                // The client has the headers by then, or gives up before them: both must end the same way.
                await Task.Delay(300);
            }

            await stop.CancelAsync();
            await ended.Task;
            context.Response.Abort();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RegisterAsync(server.Origin, stop.Token));
        ended.SetResult();
    }

    public void Dispose()
    {
        ended.TrySetResult();
        server?.Dispose();
        client.Dispose();
        stop.Dispose();
    }

    private Uri Answer(int status, string body, string type = "application/json")
    {
        server = new PlainServer(context => PlainServer.SayAsync(context, status, body, type));
        return server.Origin;
    }

    private Task<byte[]> RegisterAsync(Uri api, CancellationToken cancellation) => client.RegisterAsync(
        new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", DeviceApi = api }, null, "{}"u8.ToArray(), cancellation);
}
