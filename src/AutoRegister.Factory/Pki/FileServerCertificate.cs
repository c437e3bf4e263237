using System.Runtime.InteropServices;
using System.Text;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// The server's TLS certificate in a pair of files. They are read again when they change and on SIGHUP; a new pair that is broken is
/// refused with a line, and the old one stays.
/// </summary>
internal sealed class FileServerCertificate : ServerCertificate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Func<ServerCertificateChain> read;
    private readonly string[] paths;
    private readonly Action<string> report;
    private readonly Lock reading = new();
    private readonly ITimer timer;
    private readonly PosixSignalRegistration hangup;
    private string seen;
    private bool disposed;

    private FileServerCertificate(ServerCertificateChain first, Func<ServerCertificateChain> read, string[] paths, Action<string> report, TimeProvider clock, string seen)
        : base(first.Leaf, first.Issuers)
    {
        this.read = read;
        this.paths = paths;
        this.report = report;
        this.seen = seen;
        timer = clock.CreateTimer(_ => ReloadChanged(), null, LookEvery, LookEvery);
        hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Reload();
        });
    }

    /// <summary>Reads and checks the pair, and watches it from now on.</summary>
    /// <exception cref="ExitException">What is wrong, with the file's name.</exception>
    public static FileServerCertificate Open(
        string certificatePath,
        string keyPath,
        string host,
        IReadOnlyList<CertificateFacts> roots,
        string rootsPath,
        Action<string> report,
        TimeProvider clock)
    {
        ServerCertificateChain Read() => ServerCertificateReader.Read(certificatePath, keyPath, host, roots, rootsPath, clock.GetUtcNow());
        string[] paths = [certificatePath, keyPath];

        // Before reading: what changes in between is read again, not missed.
        string seen = StampOf(paths);
        return new FileServerCertificate(Read(), Read, paths, report, clock, seen);
    }

    /// <summary>Reads the pair now.</summary>
    /// <returns>Whether it is in use.</returns>
    public bool Reload()
    {
        lock (reading)
        {
            // A signal that came before the end may be handled after it.
            if (disposed)
            {
                return false;
            }

            seen = StampOf(paths);
            try
            {
                // The one before may still be in a handshake, so it is left to the garbage collector.
                Current = read();
                report($"The TLS certificate {paths[0]} is in use, until {Current.Leaf.NotAfter.ToUniversalTime():u}.");
                return true;
            }
            catch (ExitException e)
            {
                report($"warning: The new TLS certificate is not used, and the one before stays. {e.Message}");
                return false;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hangup.Dispose();
            timer.Dispose();
            lock (reading)
            {
                disposed = true;
                base.Dispose(disposing);
            }
        }
    }

    private void ReloadChanged()
    {
        lock (reading)
        {
            if (StampOf(paths) != seen)
            {
                Reload();
            }
        }
    }

    // Whoever copies a file over another changes at least one of the two.
    private static string StampOf(string[] paths)
    {
        var stamp = new StringBuilder();
        foreach (FileInfo? file in paths.Select(path => new FileInfo(path)))
        {
            stamp.Append(file.Exists ? $"{file.LastWriteTimeUtc.Ticks} {file.Length} " : "missing ");
        }

        return stamp.ToString();
    }
}
