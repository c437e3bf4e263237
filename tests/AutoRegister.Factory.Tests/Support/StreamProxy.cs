using System.Diagnostics;
using System.Net.Sockets;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>nginx on loopback that hands each connection to one of several servers, and to the next where that one does not listen.</summary>
internal sealed class StreamProxy : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lmp-factory-nginx-");
    private readonly Process process;

    /// <summary>Starts it.</summary>
    /// <param name="servers">Their ports.</param>
    public StreamProxy(params int[] servers)
    {
        Port = FreePort.Next();
        string config = Path.Combine(directory.FullName, "nginx.conf");
        File.WriteAllText(config, $$"""
            load_module /usr/lib/nginx/modules/ngx_stream_module.so;
            daemon off;
            user root;
            pid {{directory.FullName}}/pid;
            error_log {{directory.FullName}}/error.log;
            events { worker_connections 2048; }
            stream {
                upstream servers {
                    {{string.Concat(servers.Select(port => $"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s; "))}}
                }
                server {
                    listen 127.0.0.1:{{Port}};
                    proxy_pass servers;
                    proxy_connect_timeout 1s;
                }
            }
            """);
        process = Process.Start("/usr/sbin/nginx", ["-e", Path.Combine(directory.FullName, "error.log"), "-c", config]);
        for (var begin = Stopwatch.StartNew(); !Listens(); Thread.Sleep(20))
        {
            if (process.HasExited || begin.Elapsed > TimeSpan.FromSeconds(10))
            {
                throw new InvalidOperationException("nginx did not start: " + File.ReadAllText(Path.Combine(directory.FullName, "error.log")));
            }
        }
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        // With its worker.
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        directory.Delete(recursive: true);
    }

    private bool Listens()
    {
        using var socket = new TcpClient();
        try
        {
            socket.Connect("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
