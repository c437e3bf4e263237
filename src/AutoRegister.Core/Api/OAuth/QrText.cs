using System.Collections;
using System.Text;
using QRCoder;
using QRCoder.Exceptions;

namespace AutoRegister.Core.Api.OAuth;

/// <summary>
/// Draws a QR code with characters: two modules of a column are one half block. Light modules are the filled ones, because
/// terminals are dark more often than not; the quiet zone is part of the drawing.
/// </summary>
public static class QrText
{
    /// <summary>Draws a text.</summary>
    /// <param name="content">What a reader is to find.</param>
    /// <returns>Lines joined with <c>\n</c>; empty when the text is too long for a QR code.</returns>
    public static string Draw(string content)
    {
        try
        {
            using QRCodeData code = QRCodeGenerator.GenerateQrCode(content, QRCodeGenerator.ECCLevel.L, forceUtf8: true);
            return Draw(code.ModuleMatrix);
        }
        catch (DataTooLongException)
        {
            return string.Empty;
        }
    }

    private static string Draw(List<BitArray> rows)
    {
        var drawing = new StringBuilder();
        for (int y = 0; y < rows.Count; y += 2)
        {
            drawing.Append(y > 0 ? "\n" : string.Empty);
            for (int x = 0; x < rows[y].Length; x++)
            {
                bool upper = !rows[y][x];
                bool lower = y + 1 >= rows.Count || !rows[y + 1][x];
                drawing.Append((upper, lower) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }
        }

        return drawing.ToString();
    }
}
