using AutoRegister.Core.Base;

namespace AutoRegister.Core.Errors;

/// <summary>
/// The one exception type that leaves Core on purpose. The message says what is wrong and where;
/// <see cref="RecommendedAction"/> says what to do. Neither ever contains a secret. Both, and the words of every cause below, are
/// lines that a terminal and a log can show, wherever they came from.
/// </summary>
public sealed class AutoRegisterException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="id">The stable id of the condition.</param>
    /// <param name="message">What is wrong, naming the file, line, value or object.</param>
    /// <param name="recommendedAction">What to do about it.</param>
    /// <param name="target">The user's input that caused it: a path, a name, a URL. Never a secret.</param>
    /// <param name="innerException">The cause, kept.</param>
    public AutoRegisterException(ErrorId id, string message, string? recommendedAction = null, object? target = null, Exception? innerException = null)
        : base(Printable.Line(message), CleanedException.Of(innerException))
    {
        Id = id;
        RecommendedAction = recommendedAction is null ? ErrorTable.RowOf(id).Remedy : Printable.Line(recommendedAction);
        Target = target;
    }

    /// <summary>The stable id of the condition.</summary>
    public ErrorId Id { get; }

    /// <summary>What the failure means for whoever runs the registration.</summary>
    public FailureSort Sort => Id.SortOf();

    /// <summary>What to do about it, as one sentence; never empty.</summary>
    public string RecommendedAction { get; }

    /// <summary>How long the server asked to wait before the next try; <see langword="null"/> when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The user's input that caused the error.</summary>
    public object? Target { get; }

    /// <summary>What the server said; <see langword="null"/> when there was no answer.</summary>
    public ServerAnswer? ServerAnswer { get; internal set; }

    /// <summary>Whether no byte of a request can have reached a server: no connection to it was made.</summary>
    internal bool NothingWasSent { get; set; }
}
