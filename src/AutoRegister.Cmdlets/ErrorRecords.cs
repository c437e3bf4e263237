using System.Management.Automation;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>Turns what Core throws into what PowerShell shows: a stable id, the true category, the user's input as target.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(AutoRegisterException e, object? item = null) => Of(e, e.Target ?? item);

    /// <summary>On a line the target is the device, whatever value of it was wrong: that is how a script tells them apart.</summary>
    internal static ErrorRecord Of(AutoRegisterException e, object? device) =>
        new(e, e.Id.ToString(), CategoryOf(e.Id), device)
        {
            ErrorDetails = new ErrorDetails(e.Message) { RecommendedAction = e.RecommendedAction },
        };

    /// <summary>PowerShell's category of the same name.</summary>
    internal static ErrorCategory CategoryOf(ErrorId id) => Enum.Parse<ErrorCategory>(id.CategoryOf().ToString());
}
