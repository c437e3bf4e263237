using System.Net;
using System.Text;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A real HTTP server on loopback that answers as a test tells it, one request after the other.</summary>
internal sealed class PlainServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<HttpListenerContext, Task> answer;
    private readonly Task serving;

    internal PlainServer(Func<HttpListenerContext, Task> answer)
    {
        this.answer = answer;
        Origin = new Uri($"http://127.0.0.1:{Recorder.FreePort()}/");
        listener.Prefixes.Add(Origin.AbsoluteUri);
        listener.Start();
        serving = ServeAsync();
    }

    internal Uri Origin { get; }

    internal static async Task SayAsync(HttpListenerContext context, int status, string body, string type = "application/json")
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength64 = content.Length;
        if (context.Request.HttpMethod != "HEAD")
        {
            await context.Response.OutputStream.WriteAsync(content);
        }

        context.Response.Close();
    }

    public void Dispose()
    {
        listener.Close();
        serving.GetAwaiter().GetResult();
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                await answer(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client has gone, or the test is over.
            }
        }
    }
}
