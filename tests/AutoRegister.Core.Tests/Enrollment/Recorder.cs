using System.Net;
using System.Net.Sockets;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>Stands between a device and the factory, on loopback and plain http, and keeps what the device posts.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly HttpClient onward;
    private readonly Uri target;
    private readonly Task serving;

    public Recorder(LocalFactory factory)
    {
        onward = factory.NewHttpClient();
        target = new Uri(factory.Api);
        Url = $"http://127.0.0.1:{FreePort()}/ota/devices/";
        listener.Prefixes.Add(Url);
        listener.Start();
        serving = ServeAsync();
    }

    public string Url { get; }

    public byte[] Body { get; private set; } = [];

    public WebHeaderCollection Headers { get; private set; } = [];

    public void Dispose()
    {
        listener.Close();
        serving.GetAwaiter().GetResult();
        onward.Dispose();
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await PassOnAsync(context);
        }
    }

    private async Task PassOnAsync(HttpListenerContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), target);
        if (context.Request.HttpMethod == "POST")
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Body = body.ToArray();
            Headers = [];
            Headers.Add(context.Request.Headers);
            request.Content = new ByteArrayContent(Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            foreach (string name in context.Request.Headers.AllKeys.Where(name => name is not ("Host" or "Content-Type" or "Content-Length"))!)
            {
                request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]);
            }
        }

        using HttpResponseMessage answer = await onward.SendAsync(request);
        byte[] content = await answer.Content.ReadAsByteArrayAsync();
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (request.Method == HttpMethod.Post)
        {
            await context.Response.OutputStream.WriteAsync(content);
        }

        context.Response.Close();
    }
}
