namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What a token's flags say of one of its PINs (PKCS#11 2.40, table 6, <c>CKF_USER_PIN_*</c> and <c>CKF_SO_PIN_*</c>), the worst first.</summary>
public enum PinState : long
{
    /// <summary>It was never set.</summary>
    NotInitialized,

    /// <summary>Too many wrong PINs: no login is possible.</summary>
    Locked,

    /// <summary>One more wrong PIN locks it.</summary>
    FinalTry,

    /// <summary>A wrong PIN was tried since the last login.</summary>
    CountLow,

    /// <summary>It is set by the manufacturer or expired, and should be changed.</summary>
    ToBeChanged,

    /// <summary>Nothing to say.</summary>
    Ready,
}
