using System.Management.Automation.Host;

namespace AutoRegister.Host;

/// <summary>The size of the terminal, which formatting needs. A script host paints no cells: the rest is refused.</summary>
internal sealed class ConsoleRawUserInterface(ConsoleOutput output) : PSHostRawUserInterface
{
    // Wide enough for a table in a log. A serial line reports 0 x 0 and gets this too.
    private static readonly Size Redirected = new(120, 50);

    // What the engine takes for "the terminal's own colour": Write-Host hands it back unchanged.
    private const ConsoleColor Unknown = (ConsoleColor)(-1);

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = Unknown;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = Unknown;

    /// <inheritdoc/>
    public override Size BufferSize
    {
        get => output.IsTerminal && Console.WindowWidth > 0 ? new Size(Console.WindowWidth, Console.WindowHeight) : Redirected;
        set => throw NoCells();
    }

    /// <inheritdoc/>
    public override Size WindowSize
    {
        get => BufferSize;
        set => throw NoCells();
    }

    /// <inheritdoc/>
    public override Size MaxWindowSize => BufferSize;

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => BufferSize;

    /// <inheritdoc/>
    public override Coordinates WindowPosition
    {
        get => default;
        set => throw NoCells();
    }

    // Asking a terminal where its cursor is means reading its answer from standard input, which is the script's.
    /// <inheritdoc/>
    public override Coordinates CursorPosition
    {
        get => default;
        set => throw NoCells();
    }

    /// <inheritdoc/>
    public override int CursorSize { get; set; } = 25;

    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = "";

    /// <inheritdoc/>
    public override bool KeyAvailable => false;

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
    }

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw NoCells();

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoCells();

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoCells();

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoCells();

    /// <inheritdoc/>
    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NoCells();

    private static HostException NoCells() => new("lmp-pwsh runs scripts: it has no screen buffer and no single keys.");
}
