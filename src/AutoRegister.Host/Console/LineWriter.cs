using System.Text;

namespace AutoRegister.Host;

/// <summary>
/// One of the process's output streams: UTF-8 without BOM, each call on its way when it returns, so that a journal
/// sees a line when it is written.
/// </summary>
internal sealed class LineWriter(Func<Stream> open)
{
    private StreamWriter? _writer;
    private bool _broken;

    /// <summary>
    /// Writes the text. A reader that went away is no reason to stop a script half way: what it does matters more
    /// than what it says. Returns why, once, when the stream cannot be written for another reason (a full disk).
    /// </summary>
    public Exception? Write(string text, bool endLine)
    {
        if (_broken)
        {
            return null;
        }

        try
        {
            _writer ??= new StreamWriter(open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 4096);
            _writer.Write(text);
            if (endLine)
            {
                _writer.Write('\n');
            }

            _writer.Flush();
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // .NET's word for a stream that was closed before we started (EBADF) is the second.
            _broken = true;
            return problem;
        }
    }
}
