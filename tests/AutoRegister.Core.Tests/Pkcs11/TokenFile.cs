using System.Buffers.Binary;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>The content of SoftHSM2's token.object: a generation, then attributes.</summary>
internal static class TokenFile
{
    // RNG, LOGIN_REQUIRED, RESTORE_KEY_NOT_NEEDED, TOKEN_INITIALIZED, SO_PIN_LOCKED, SO_PIN_TO_BE_CHANGED.
    public const ulong FlagsBeforeSoPin = 0x00C00425;
    public const ulong SoPinLocked = 0x00400000;
    public const ulong TokenInitialized = 0x00000400;
    public const ulong UserPinInitialized = 0x00000008;

    private const ulong Label = 0x80005349;
    private const ulong Serial = 0x8000534A;
    private const ulong Flags = 0x8000534B;

    public static byte[] Of(string label, string serial, ulong flags) =>
        [.. Number(0), .. Text(Label, label.PadRight(32)), .. Text(Serial, serial), .. Number(Flags), .. Number(2), .. Number(flags)];

    public static bool HasLabel(byte[] content, string label) => content.AsSpan().IndexOf(Text(Label, label.PadRight(32))) >= 0;

    /// <summary>The content of an initialised token as that of a blank one with another serial number; its SO PIN stays.</summary>
    public static byte[] Blank(byte[] content, string serial)
    {
        byte[] blank = [.. content];
        int flags = blank.AsSpan().IndexOf([.. Number(Flags), .. Number(2)]) + 16;
        BinaryPrimitives.WriteUInt64BigEndian(blank.AsSpan(flags), BinaryPrimitives.ReadUInt64BigEndian(blank.AsSpan(flags)) & ~TokenInitialized);
        Raw.Bytes(serial).CopyTo(blank.AsSpan(blank.AsSpan().IndexOf([.. Number(Serial), .. Number(3), .. Number(16)]) + 24));
        return blank;
    }

    public static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Text(ulong attribute, string value) =>
        [.. Number(attribute), .. Number(3), .. Number((ulong)value.Length), .. Raw.Bytes(value)];
}
