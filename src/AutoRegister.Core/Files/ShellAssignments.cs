using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>
/// A file of plain shell assignments, as <c>/etc/sota/hsm</c> is: parsed, never executed. What is accepted means exactly
/// what <c>sh</c> makes of it (POSIX.1-2024, Shell Command Language, 2.2 Quoting, 2.9.1 Simple Commands); all that would
/// run, expand or continue on another line is refused. Messages name variables, never values: a value may be a PIN.
/// </summary>
public sealed class ShellAssignments : IDisposable
{
    private const string Action = "Write each value as NAME='value' on a line of its own.";

    private readonly List<ShellAssignment> all = [];

    /// <summary>All assignments in the order of the file.</summary>
    public IReadOnlyList<ShellAssignment> All => all;

    /// <summary>Parses a file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmFileInvalid"/>: a line is something else.</exception>
    public static ShellAssignments Parse(ConfigFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var result = new ShellAssignments();
        try
        {
            var lines = new ConfigLines(file.Utf8);
            while (lines.MoveNext())
            {
                result.ParseLine(file, lines.Current, lines.Number);
            }

            return result;
        }
        catch (AutoRegisterException)
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>The assignment that counts: the last one of a name, as in a shell.</summary>
    /// <returns>The assignment, or <see langword="null"/>.</returns>
    public ShellAssignment? Find(string name) => all.FindLast(a => a.Name == name);

    /// <inheritdoc/>
    public void Dispose() => all.ForEach(a => a.Value.Dispose());

    private void ParseLine(ConfigFile file, ReadOnlySpan<byte> line, int number)
    {
        ReadOnlySpan<byte> rest = SkipBlanks(line);
        while (!AtEnd(rest))
        {
            rest = ParseCommand(file, rest, number);
            if (rest.StartsWith(";"u8))
            {
                rest = SkipBlanks(rest[1..]);
            }
        }
    }

    // Everything up to the end of the line or a semicolon: NAME=value …, or export NAME[=value] ….
    private ReadOnlySpan<byte> ParseCommand(ConfigFile file, ReadOnlySpan<byte> rest, int number)
    {
        bool exporting = rest.StartsWith("export "u8) || rest.StartsWith("export\t"u8);
        if (exporting)
        {
            rest = SkipBlanks(rest["export".Length..]);
        }

        do
        {
            int name = ShellWord.Name(rest);
            if (name == 0)
            {
                throw Invalid(file, number, null, "this is not NAME=value, and the file is not run as a script");
            }

            string text = Encoding.ASCII.GetString(rest[..name]);
            rest = rest[name..];
            if (rest.StartsWith("="u8))
            {
                rest = rest[1..];
                Secret value = ShellWord.Read(ref rest, exporting, out string? problem)
                    ?? throw Invalid(file, number, text, problem!);
                all.Add(new ShellAssignment(text, value, number));
            }
            else if (!exporting || !ShellWord.AtBreak(rest))
            {
                // What stands here may be half of a PIN (a value with a blank in it), so it is not shown.
                throw Invalid(file, number, null, "this is not NAME=value (no blanks around '=', quotes around a value with blanks), and the file is not run as a script");
            }

            rest = SkipBlanks(rest);
        }
        while (!AtEnd(rest) && rest[0] != ';');

        return rest;
    }

    private static ReadOnlySpan<byte> SkipBlanks(ReadOnlySpan<byte> text) => text.TrimStart(" \t"u8);

    private static bool AtEnd(ReadOnlySpan<byte> text) => text.IsEmpty || text[0] == '#';

    private static AutoRegisterException Invalid(ConfigFile file, int line, string? name, string problem)
    {
        string place = file.At(line).ToString();
        return new AutoRegisterException(ErrorId.HsmFileInvalid, $"{place}: {(name is null ? string.Empty : name + ": ")}{problem}.", Action, place);
    }
}
