namespace AutoRegister.Core.Errors;

/// <summary>The categories of PowerShell's <c>ErrorCategory</c> that errors of ours have, by the same names.</summary>
public enum FailureCategory : long
{
    /// <summary>A token or PIN was refused.</summary>
    AuthenticationError,

    /// <summary>No connection.</summary>
    ConnectionError,

    /// <summary>A module or a program did not do its work.</summary>
    DeviceError,

    /// <summary>A setting or parameter cannot be used.</summary>
    InvalidArgument,

    /// <summary>Data is damaged or not what it should be.</summary>
    InvalidData,

    /// <summary>The state does not allow it.</summary>
    InvalidOperation,

    /// <summary>A token cannot do what is needed.</summary>
    NotImplemented,

    /// <summary>Something that is named is not there.</summary>
    ObjectNotFound,

    /// <summary>It took too long.</summary>
    OperationTimeout,

    /// <summary>It is locked.</summary>
    PermissionDenied,

    /// <summary>The server refuses what was asked.</summary>
    ProtocolError,

    /// <summary>A file cannot be read.</summary>
    ReadError,

    /// <summary>Somebody else uses it.</summary>
    ResourceBusy,

    /// <summary>There is one already, or several.</summary>
    ResourceExists,

    /// <summary>It cannot be trusted.</summary>
    SecurityError,

    /// <summary>A file cannot be written.</summary>
    WriteError,
}
