namespace CrashRig.Ptrace;

/// <summary>Where a system call names what it touches.</summary>
internal enum CallKind
{
    /// <summary>The first argument is a descriptor.</summary>
    Descriptor,

    /// <summary>The first argument is a descriptor, and what is written may as well be a socket.</summary>
    Write,

    /// <summary>The first argument is a socket.</summary>
    Send,

    /// <summary>The first argument is a socket, the second the address.</summary>
    Connect,

    /// <summary>The first argument is a path.</summary>
    Path,

    /// <summary>The first argument is a directory, the second a path in it.</summary>
    PathAt,

    /// <summary>As <see cref="PathAt"/>, with two of them: the last one counts.</summary>
    TwoPathsAt,

    /// <summary>The first two arguments are paths: the second one counts.</summary>
    TwoPaths,

    /// <summary>A path and flags: counts only when it may create.</summary>
    Open,

    /// <summary>Directory, path and flags: counts only when it may create.</summary>
    OpenAt,
}
