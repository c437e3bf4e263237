using System.Management.Automation;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>Turns what Core throws into what PowerShell shows: a stable id, the true category, the user's input as target.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(AutoRegisterException e, object? item = null) => Of(e, e.Target ?? item);

    /// <summary>On a line the target is the device, whatever value of it was wrong: that is how a script tells them apart.</summary>
    internal static ErrorRecord Of(AutoRegisterException e, object? device) =>
        new(e, e.Id.ToString(), CategoryOf(e.Id), device)
        {
            ErrorDetails = new ErrorDetails(e.Message) { RecommendedAction = e.RecommendedAction },
        };

    // CS8524 asks for an arm for numbers that are no id. There is none, so that the compiler asks for a row for each new id (CS8509).
#pragma warning disable CS8524
    internal static ErrorCategory CategoryOf(ErrorId id) => id switch
    {
        ErrorId.RootNotFound or ErrorId.TokenFileMissing or ErrorId.HsmModuleNotFound or ErrorId.HsmTokenNotFound
            or ErrorId.HsmKeyNotFound or ErrorId.HsmCertificateNotFound or ErrorId.ApiTokenMissing => ErrorCategory.ObjectNotFound,

        ErrorId.FileUnreadable or ErrorId.ReadFailed => ErrorCategory.ReadError,
        ErrorId.WriteFailed or ErrorId.ApiTokenNotRemoved => ErrorCategory.WriteError,

        ErrorId.ServerUnreachable or ErrorId.ServerUnavailable or ErrorId.CaptivePortal or ErrorId.ProxyRefused => ErrorCategory.ConnectionError,
        ErrorId.ServerTimeout or ErrorId.AuthorizationExpired or ErrorId.HsmTimeout => ErrorCategory.OperationTimeout,
        ErrorId.RegistrationBusy or ErrorId.OtaClientRunning => ErrorCategory.ResourceBusy,

        ErrorId.ServerNotTrusted or ErrorId.ClockNotSet or ErrorId.ClockWrong or ErrorId.CertificateMismatch or ErrorId.PlainHttpRefused
            or ErrorId.GatewayRefused or ErrorId.FileNotTrusted or ErrorId.DirectoryNotTrusted => ErrorCategory.SecurityError,

        ErrorId.ApiTokenRejected or ErrorId.AuthorizationDenied or ErrorId.HsmPinRejected
            or ErrorId.HsmSoPinRejected => ErrorCategory.AuthenticationError,

        ErrorId.HsmPinLocked or ErrorId.HsmSoPinLocked or ErrorId.HsmPinFinalTry or ErrorId.HsmPinExpired
            or ErrorId.PrivateKeyLocked => ErrorCategory.PermissionDenied,

        ErrorId.DeviceConflict or ErrorId.HsmObjectConflict or ErrorId.AlreadyRegistered
            or ErrorId.HsmTokenAmbiguous => ErrorCategory.ResourceExists,

        ErrorId.RequestRejected or ErrorId.ServerUnexpected => ErrorCategory.ProtocolError,
        ErrorId.AnswerInvalid or ErrorId.SotaTomlInvalid or ErrorId.JournalDamaged
            or ErrorId.DockerConfigInvalid or ErrorId.EnrollmentFileInvalid => ErrorCategory.InvalidData,

        ErrorId.RegistrationIncomplete or ErrorId.SotaDirectoryUnusable or ErrorId.HsmTokenUnusable or ErrorId.HsmKeyUnusable
            or ErrorId.HsmPinNotInitialized or ErrorId.SecretsDisposed => ErrorCategory.InvalidOperation,

        ErrorId.HsmModuleInvalid or ErrorId.HsmModuleUnusable or ErrorId.HsmFailure or ErrorId.OtaClientStartFailed => ErrorCategory.DeviceError,
        ErrorId.HsmMechanismMissing => ErrorCategory.NotImplemented,

        ErrorId.FileTooLarge or ErrorId.FileNotText or ErrorId.TokenFileEmpty or ErrorId.TokenFileInvalid or ErrorId.TagInvalid
            or ErrorId.TagMissing or ErrorId.FactoryMissing or ErrorId.FactoryInvalid or ErrorId.HardwareIdMissing
            or ErrorId.HardwareIdInvalid or ErrorId.OsReleaseInvalid or ErrorId.HostnameInvalid or ErrorId.DeviceNameInvalid
            or ErrorId.UuidInvalid or ErrorId.AppsInvalid or ErrorId.SettingInvalid or ErrorId.HsmFileInvalid
            or ErrorId.HsmSettingMissing or ErrorId.HsmPinConflict or ErrorId.HsmSettingUnusable or ErrorId.DeviceApiInvalid
            or ErrorId.HsmPinLength or ErrorId.ProxyInvalid or ErrorId.CaFileInvalid => ErrorCategory.InvalidArgument,
    };
#pragma warning restore CS8524
}
