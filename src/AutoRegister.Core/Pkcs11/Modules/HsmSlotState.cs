namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What is in a slot.</summary>
public enum HsmSlotState : long
{
    /// <summary>A token that is initialised.</summary>
    Initialized,

    /// <summary>A token that is not initialised yet.</summary>
    Blank,

    /// <summary>No token.</summary>
    Empty,

    /// <summary>A token, or a slot, that does not say what it is.</summary>
    Unreadable,
}
