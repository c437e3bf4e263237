using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>What is said of a clock.</summary>
internal static class ClockErrors
{
    /// <summary>The clock is before the day this software was made.</summary>
    /// <param name="problem">What the clock says and what does not fit it, as the beginning of a sentence.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    internal static AutoRegisterException NotSet(string problem, object? target, Exception? cause = null) => new(
        ErrorId.ClockNotSet, $"{Capital(problem)}, which is before this software was made: the clock is not set.", target: target, innerException: cause);

    /// <summary>The clock does not fit what a server shows.</summary>
    /// <param name="problem">What the clock says and what does not fit it, as the beginning of a sentence.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    internal static AutoRegisterException Wrong(string problem, object? target, Exception? cause = null) => new(
        ErrorId.ClockWrong, $"{Capital(problem)}: one of them is wrong.", target: target, innerException: cause);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
