namespace AutoRegister.Core.Files;

/// <summary>Walks the lines of a text. Both LF and CR LF end a line; a text need not end with either.</summary>
internal ref struct ConfigLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> rest = text;
    private bool done;

    /// <summary>The current line, without its end.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The current line's number, counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Goes to the next line.</summary>
    public bool MoveNext()
    {
        if (done)
        {
            return false;
        }

        int end = rest.IndexOf((byte)'\n');
        done = end < 0;
        ReadOnlySpan<byte> line = done ? rest : rest[..end];
        rest = done ? default : rest[(end + 1)..];
        Current = line.EndsWith("\r"u8) ? line[..^1] : line;
        Number++;
        return true;
    }
}
