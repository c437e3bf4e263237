namespace AutoRegister.Core.Errors;

/// <summary>
/// The one table from <see cref="ErrorId"/> to <see cref="FailureSort"/>, a row an id. What can pass without a person is tried again,
/// unless a try costs something: one of the few that a token allows, or a server's patience with a request that it refused.
/// </summary>
public static class FailureSorts
{
    // CS8524 asks for an arm for numbers that are no id. There is none, so that the compiler asks for a row for each new id (CS8509).
#pragma warning disable CS8524
    /// <summary>Tells what a failure means for whoever runs the registration.</summary>
    /// <param name="id">The condition.</param>
    /// <returns>Its sort.</returns>
    /// <exception cref="System.Runtime.CompilerServices.SwitchExpressionException">The number is no id.</exception>
    public static FailureSort SortOf(this ErrorId id) => id switch
    {
        // Reading the configuration: what a person wrote stays as it is until a person changes it
        ErrorId.RootNotFound => FailureSort.Configuration,
        ErrorId.FileUnreadable => FailureSort.Configuration,
        ErrorId.FileTooLarge => FailureSort.Configuration,
        ErrorId.FileNotText => FailureSort.Configuration,
        ErrorId.FileNotTrusted => FailureSort.Configuration,
        ErrorId.TokenFileMissing => FailureSort.Configuration,
        ErrorId.TokenFileEmpty => FailureSort.Configuration,
        ErrorId.TokenFileInvalid => FailureSort.Configuration,
        ErrorId.TagInvalid => FailureSort.Configuration,
        ErrorId.TagMissing => FailureSort.Configuration,
        ErrorId.FactoryMissing => FailureSort.Configuration,
        ErrorId.FactoryInvalid => FailureSort.Configuration,
        ErrorId.HardwareIdMissing => FailureSort.Configuration,
        ErrorId.HardwareIdInvalid => FailureSort.Configuration,
        ErrorId.OsReleaseInvalid => FailureSort.Configuration,
        ErrorId.HostnameInvalid => FailureSort.Configuration,
        ErrorId.DeviceNameInvalid => FailureSort.Configuration,
        ErrorId.UuidInvalid => FailureSort.Configuration,
        ErrorId.AppsInvalid => FailureSort.Configuration,
        ErrorId.SettingInvalid => FailureSort.Configuration,
        ErrorId.HsmFileInvalid => FailureSort.Configuration,
        ErrorId.HsmSettingMissing => FailureSort.Configuration,
        ErrorId.HsmPinConflict => FailureSort.Configuration,
        ErrorId.HsmSettingUnusable => FailureSort.Configuration,
        ErrorId.DeviceApiInvalid => FailureSort.Configuration,
        ErrorId.SecretsDisposed => FailureSort.Configuration,
        ErrorId.PlainHttpRefused => FailureSort.Configuration,
        ErrorId.ProxyInvalid => FailureSort.Configuration,
        ErrorId.CaFileInvalid => FailureSort.Configuration,

        // The token and its keys
        ErrorId.HsmModuleNotFound => FailureSort.Configuration, // A file that is not there is not installed later.
        ErrorId.HsmModuleInvalid => FailureSort.Configuration, // It stays what it is.
        ErrorId.HsmModuleUnusable => FailureSort.TryAgain, // The token's service or device may come later in the boot than this run.
        ErrorId.HsmTimeout => FailureSort.TryAgain, // The same; what serves the token may come back as well.
        ErrorId.HsmTokenNotFound => FailureSort.TryAgain, // The same, where the module is loaded without them.
        ErrorId.HsmTokenAmbiguous => FailureSort.Configuration,
        ErrorId.HsmTokenUnusable => FailureSort.TryAgain, // It is put in, becomes writable, gets room.
        ErrorId.HsmMechanismMissing => FailureSort.Configuration,
        ErrorId.HsmPinRejected => FailureSort.Configuration, // Another try would cost one of the token's.
        ErrorId.HsmPinLocked => FailureSort.NeedsPerson, // Also a TPM's lockout, which ends by itself: a try may begin it anew.
        ErrorId.HsmPinNotInitialized => FailureSort.Configuration,
        ErrorId.HsmPinExpired => FailureSort.Configuration,
        ErrorId.HsmPinLength => FailureSort.Configuration,
        ErrorId.HsmPinFinalTry => FailureSort.NeedsPerson,
        ErrorId.HsmSoPinRejected => FailureSort.Configuration, // Another try would cost one of the token's.
        ErrorId.HsmSoPinLocked => FailureSort.NeedsPerson,
        ErrorId.HsmObjectConflict => FailureSort.NeedsPerson, // What nobody is known to have made is for a person to judge.
        ErrorId.HsmKeyUnusable => FailureSort.NeedsPerson,
        ErrorId.HsmKeyNotFound => FailureSort.Configuration,
        ErrorId.HsmCertificateNotFound => FailureSort.Configuration,
        ErrorId.HsmFailure => FailureSort.TryAgain, // Busy, out of memory, its medium full or read-only: PKCS#11 has no names for these.

        // Enrolment
        ErrorId.ApiTokenMissing => FailureSort.Configuration,
        ErrorId.ServerUnreachable => FailureSort.TryAgain,
        ErrorId.ServerTimeout => FailureSort.TryAgain,
        ErrorId.ServerUnavailable => FailureSort.TryAgain,
        ErrorId.ProxyRefused => FailureSort.TryAgain, // It is restarted, or its accounts come back.
        ErrorId.ClockNotSet => FailureSort.TryAgain,
        ErrorId.ClockWrong => FailureSort.TryAgain,
        ErrorId.ServerNotTrusted => FailureSort.TryAgain, // A proxy that reads along, or a clock that is wrong.
        ErrorId.CaptivePortal => FailureSort.TryAgain,
        ErrorId.ApiTokenRejected => FailureSort.Refused,
        ErrorId.DeviceConflict => FailureSort.Refused,
        ErrorId.RequestRejected => FailureSort.Refused,
        ErrorId.ServerUnexpected => FailureSort.NeedsPerson,
        ErrorId.AnswerInvalid => FailureSort.TryAgain, // Most often something between here and the server that answers in its place.
        ErrorId.CertificateMismatch => FailureSort.TryAgain, // The same.
        ErrorId.SotaTomlInvalid => FailureSort.TryAgain, // The server keeps what it registered, and may be corrected meanwhile.
        ErrorId.AuthorizationDenied => FailureSort.Refused,
        ErrorId.AuthorizationExpired => FailureSort.TryAgain, // The next run shows a new code.

        // Files and state
        ErrorId.RegistrationBusy => FailureSort.TryAgain,
        ErrorId.AlreadyRegistered => FailureSort.NeedsPerson,
        ErrorId.OtaClientRunning => FailureSort.TryAgain, // It ends, or is stopped.
        ErrorId.ApiTokenNotRemoved => FailureSort.NeedsPerson,
        ErrorId.OtaClientStartFailed => FailureSort.NeedsPerson,
        ErrorId.SotaDirectoryUnusable => FailureSort.TryAgain, // A read-only medium says the same as a file in the directory's place.
        ErrorId.DirectoryNotTrusted => FailureSort.Configuration,
        ErrorId.RegistrationIncomplete => FailureSort.NeedsPerson,
        ErrorId.JournalDamaged => FailureSort.NeedsPerson,
        ErrorId.EnrollmentFileInvalid => FailureSort.Configuration,
        ErrorId.PrivateKeyLocked => FailureSort.Configuration,
        ErrorId.WriteFailed => FailureSort.TryAgain,
        ErrorId.ReadFailed => FailureSort.TryAgain, // A medium that wears out answers now and then.
        ErrorId.DockerConfigInvalid => FailureSort.Configuration,
        ErrorId.GatewayRefused => FailureSort.NeedsPerson,
    };
#pragma warning restore CS8524
}
