namespace AutoRegister.Host;

/// <summary>The last line of a terminal, as long as something is in progress.</summary>
internal sealed class ProgressLine
{
    private const string Erase = "\r\e[K";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private long _lastShown;
    private bool _shown;

    /// <summary>What to write to the terminal so that it shows <paramref name="text"/>, or nothing for null.</summary>
    public string Change(string? text)
    {
        if (text is null)
        {
            var erase = _shown ? Erase : "";
            _shown = false;
            return erase;
        }

        // A cmdlet that reports every byte must not drown a serial line.
        if (_shown && TimeProvider.System.GetElapsedTime(_lastShown) < Pause)
        {
            return "";
        }

        _lastShown = TimeProvider.System.GetTimestamp();
        _shown = true;
        return Erase + text;
    }
}
