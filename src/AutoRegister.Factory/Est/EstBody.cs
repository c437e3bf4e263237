using System.Net.Http.Headers;
using System.Text;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Est;

/// <summary>Bodies as EST has them: base64, whatever the headers say of it (RFC 8951, section 3.1).</summary>
internal static class EstBody
{
    private const string SigningRequest = "application/pkcs10";
    private const string Certificates = "application/pkcs7-mime";

    /// <summary>Reads a CSR.</summary>
    /// <exception cref="RefusedException">It has another content type, or is no base64.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
            || !string.Equals(type.MediaType, SigningRequest, StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException(RefusalKind.UnsupportedContent, $"the content type must be {SigningRequest}");
        }

        using var reader = new StreamReader(context.Request.Body, Encoding.ASCII);
        string text = await reader.ReadToEndAsync(context.RequestAborted);
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw RefusedException.Malformed("the body must be a CSR as DER, in base64");
        }
    }

    /// <summary>Answers with certificates. One line of base64 and nothing else: fioconfig decodes the whole body.</summary>
    public static Task WriteAsync(HttpContext context, int status, byte[] bundle)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{Certificates}; smime-type=certs-only";
        context.Response.Headers["Content-Transfer-Encoding"] = "base64";
        return context.Response.WriteAsync(Convert.ToBase64String(bundle), context.RequestAborted);
    }
}
