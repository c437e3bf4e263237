namespace AutoRegister.Core.Errors;

/// <summary>What an <see cref="ErrorId"/> means, from the one table of errors.</summary>
public static class FailureSorts
{
    /// <summary>Tells what a failure means for whoever runs the registration.</summary>
    /// <exception cref="System.Runtime.CompilerServices.SwitchExpressionException">The number is no id.</exception>
    public static FailureSort SortOf(this ErrorId id) => ErrorTable.RowOf(id).Sort;

    /// <summary>Tells PowerShell's category of a failure.</summary>
    /// <exception cref="System.Runtime.CompilerServices.SwitchExpressionException">The number is no id.</exception>
    public static FailureCategory CategoryOf(this ErrorId id) => ErrorTable.RowOf(id).Category;

    /// <summary>Tells what to do about a failure of which nothing more is known.</summary>
    /// <returns>One sentence or two.</returns>
    internal static string RemedyOf(this ErrorId id) => ErrorTable.RowOf(id).Remedy;
}
