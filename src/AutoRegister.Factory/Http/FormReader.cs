using Microsoft.Extensions.Primitives;

namespace AutoRegister.Factory.Http;

/// <summary>Reads forms the way OAuth wants them: a parameter that is sent twice, or empty, is no parameter.</summary>
internal static class FormReader
{
    /// <summary>The request's form, or null when its body is none.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The value of a parameter that was sent once.</summary>
    public static string? One(this IFormCollection form, string name) =>
        form.TryGetValue(name, out StringValues values) && values.Count == 1 && values[0] is { Length: > 0 } value ? value : null;
}
