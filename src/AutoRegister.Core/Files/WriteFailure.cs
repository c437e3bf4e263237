using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>The one error of what could not be made durable.</summary>
internal static class WriteFailure
{
    /// <summary>Makes it.</summary>
    /// <param name="path">What was being written, made or deleted.</param>
    /// <param name="cause">What the system said.</param>
    internal static AutoRegisterException Of(string path, Exception cause) => new(
        ErrorId.WriteFailed, $"'{path}' could not be written: {cause.Message}", target: path, innerException: cause);
}
