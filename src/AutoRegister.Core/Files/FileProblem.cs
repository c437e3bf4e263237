namespace AutoRegister.Core.Files;

/// <summary>Why a file could not be read.</summary>
/// <param name="Kind">Which of the reasons that callers tell apart.</param>
/// <param name="Words">The reason as the end of a sentence, after "cannot be read: ", without a full stop.</param>
/// <param name="Cause">What the system threw; <see langword="null"/> when it only said an error number.</param>
internal sealed record FileProblem(FileProblemKind Kind, string Words, Exception? Cause = null)
{
    /// <summary>The error for a caller that knows no better one.</summary>
    /// <returns>A <see cref="FileNotFoundException"/> for a file that is not there, else an <see cref="IOException"/>.</returns>
    internal IOException Of(string path) => Kind switch
    {
        FileProblemKind.Missing => new FileNotFoundException($"There is no file '{path}'.", path),
        FileProblemKind.TooLarge => new IOException($"'{path}' is {Words}."),
        _ => new IOException($"'{path}' cannot be read: {Words}.", Cause),
    };
}
