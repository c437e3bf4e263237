namespace AutoRegister.Core.Transfer;

/// <summary>Where the private key of a device on its way is.</summary>
public enum KeyCustody : long
{
    /// <summary>There is none yet.</summary>
    None,

    /// <summary>On the machine that made it, and not in the file.</summary>
    StaysBehind,

    /// <summary>In a token, which it never leaves.</summary>
    Token,

    /// <summary>In the file, under a passphrase.</summary>
    Passphrase,

    /// <summary>In the file, for the holder of a certificate's key.</summary>
    Certificate,
}
