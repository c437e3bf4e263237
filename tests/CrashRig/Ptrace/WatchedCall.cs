namespace CrashRig.Ptrace;

/// <summary>A system call between its entry and its exit, and what its success means for what is durable.</summary>
internal sealed class WatchedCall
{
    private readonly SystemCall call;
    private readonly string target;
    private readonly FileIdentity? file;
    private readonly bool goes;

    /// <summary>Looks at what the call is about before it is carried out.</summary>
    internal WatchedCall(SystemCall call, CallEntry entry, string target)
    {
        this.call = call;
        this.target = target;
        bool byDescriptor = call.Kind is CallKind.Descriptor or CallKind.Write;
        file = FileIdentity.Of(byDescriptor ? $"/proc/{entry.ThreadId}/fd/{(int)entry.Arguments[0]}" : target, byDescriptor, out bool isLastName);
        goes = isLastName || call.Name == "rmdir";
    }

    /// <summary>Tells the proof how it ended.</summary>
    internal void End(long result, DurabilityProof proof)
    {
        bool succeeded = result >= 0;
        if (call.Name is "fsync" or "fdatasync")
        {
            Tell(file, about => proof.Synced(about, succeeded));
        }
        else if (succeeded)
        {
            Succeed(proof);
        }
    }

    private void Succeed(DurabilityProof proof)
    {
        switch (call.Name)
        {
            case "write" or "pwrite64" or "writev" or "pwritev" or "ftruncate" or "truncate" or "fallocate":
                Tell(file, proof.Written);
                break;
            case "unlink" or "unlinkat" or "rmdir":
                TellThatItGoes(proof);
                break;
            case "rename" or "renameat" or "renameat2":
                TellThatItGoes(proof);
                Tell(FileIdentity.Of(Path.GetDirectoryName(target)!, follow: true), proof.Named);
                break;
            case "open" or "creat" or "openat" or "mkdir" or "mkdirat" or "link" or "linkat" or "symlink" when file is null:
                if (!call.Name.StartsWith("link", StringComparison.Ordinal))
                {
                    Tell(FileIdentity.Of(target), proof.Begun);
                }

                Tell(FileIdentity.Of(Path.GetDirectoryName(target)!, follow: true), proof.Named);
                break;
        }
    }

    private void TellThatItGoes(DurabilityProof proof)
    {
        if (goes)
        {
            Tell(file, proof.Begun);
        }
    }

    private static void Tell(FileIdentity? about, Action<FileIdentity> what)
    {
        if (about is FileIdentity known)
        {
            what(known);
        }
    }
}
