using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;

namespace AutoRegister.Core.Line;

/// <summary>
/// The time in which cmdlets of this process work on many devices: their journal is one file, they are durable together, and a token with
/// keys of many of them stays open. When the last session ends, a device that is not finished gets a journal of its own.
/// </summary>
public sealed class LineSession : IDisposable
{
    private static readonly Lock State = new();
    private static int open;
    private bool ended;

    private LineSession()
    {
    }

    /// <summary>Begins one.</summary>
    public static LineSession Begin()
    {
        lock (State)
        {
            open++;
            LineTokens.Begin();
            return new LineSession();
        }
    }

    /// <summary>Ends it.</summary>
    /// <returns>Why devices could not be given a journal of their own; the line's still has them, and the next run finds it.</returns>
    public IReadOnlyList<AutoRegisterException> End()
    {
        lock (State)
        {
            if (ended)
            {
                return [];
            }

            ended = true;
            if (--open > 0)
            {
                return [];
            }

            LineTokens.End();
            return BegunOnLine.EndLine();
        }
    }

    /// <summary>Ends it where nobody can be told of a problem.</summary>
    public void Dispose() => End();
}
