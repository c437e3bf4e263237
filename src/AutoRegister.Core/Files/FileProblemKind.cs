namespace AutoRegister.Core.Files;

/// <summary>The reasons not to have a file's content that callers tell apart.</summary>
internal enum FileProblemKind
{
    /// <summary>No such name; whether that is an error only the caller knows.</summary>
    Missing,

    /// <summary>More in it than the caller allows: most likely another file than was meant.</summary>
    TooLarge,

    /// <summary>No permission, an I/O error, or no regular file.</summary>
    Unreadable,
}
