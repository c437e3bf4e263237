namespace AutoRegister.Core.Base;

/// <summary>
/// Stands for the cause of an error whose words are not fit for a terminal or a log: a server's header line in an exception of .NET,
/// say. It has the type's name, the cleaned words and the stack.
/// </summary>
internal sealed class CleanedException : Exception
{
    private readonly Exception original;

    private CleanedException(Exception original)
        : base($"{original.GetType()}: {Printable.Line(original.Message)}", Of(original.InnerException)) => this.original = original;

    /// <inheritdoc/>
    public override string? StackTrace => original.StackTrace;

    /// <summary>A cause as it is, when every message in its chain is fit to be shown; else what stands for it.</summary>
    internal static Exception? Of(Exception? cause)
    {
        for (Exception? one = cause; one is not null; one = one.InnerException)
        {
            if (!ReferenceEquals(Printable.Line(one.Message), one.Message))
            {
                return new CleanedException(cause!);
            }
        }

        return cause;
    }
}
