using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Storage;

/// <summary>
/// Where the journal of an unfinished device is, in named pieces, and when what is written of the device is durable. A device alone
/// writes each file durably and has nothing to settle; the devices of a line settle together.
/// </summary>
public interface IDeviceStorage
{
    /// <summary>The directory that the pieces are in, for words and to know a copy of it.</summary>
    string JournalPath { get; }

    /// <summary>The names of the pieces that are there.</summary>
    IEnumerable<string> Pieces { get; }

    /// <summary>Whether a piece that was written anew leaves the one before it behind, so that none needs a copy.</summary>
    bool KeepsEarlier { get; }

    /// <summary>Says on which machine the pieces lie now.</summary>
    /// <param name="root">The directory that the paths of the device are below.</param>
    JournalOrigin OriginBelow(string root);

    /// <summary>Reads a piece.</summary>
    /// <returns>Its bytes; <see langword="null"/> when there is none.</returns>
    /// <exception cref="InvalidDataException">It is larger than any that was written.</exception>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ReadFailed"/>.</exception>
    byte[]? Read(string piece);

    /// <summary>Writes a piece, over the one of this name.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    void Write(string piece, ReadOnlySpan<byte> content);

    /// <summary>Forgets a piece; it need not be there.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    void Delete(string piece);

    /// <summary>Forgets all pieces.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    void Clear();

    /// <summary>Makes the name of the device's own directory durable, where an earlier run may have made it.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    void SettleName();

    /// <summary>Writes a file that stays.</summary>
    /// <param name="path">A path in the device's own directory.</param>
    /// <param name="mode">The exact mode, whatever the umask.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    void Place(string path, ReadOnlySpan<byte> content, UnixFileMode mode);

    /// <summary>Returns when all that was written before is durable. What is written after it is never durable without it.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>: what was written since the last time may be there or not.</exception>
    void Settle();
}
