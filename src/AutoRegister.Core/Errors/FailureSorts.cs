namespace AutoRegister.Core.Errors;

/// <summary>The one table from <see cref="ErrorId"/> to <see cref="FailureSort"/>.</summary>
public static class FailureSorts
{
    /// <summary>Tells what a failure means for whoever runs the registration.</summary>
    /// <param name="id">The condition.</param>
    /// <returns>Its sort; conditions of the configuration unless listed otherwise.</returns>
    public static FailureSort SortOf(this ErrorId id) => id switch
    {
        ErrorId.ServerUnreachable or ErrorId.ServerTimeout or ErrorId.ServerUnavailable or ErrorId.ClockNotSet
            or ErrorId.ServerNotTrusted or ErrorId.CaptivePortal or ErrorId.RegistrationBusy or ErrorId.WriteFailed
            or ErrorId.AuthorizationExpired or ErrorId.AnswerInvalid or ErrorId.CertificateMismatch or ErrorId.SotaTomlInvalid => FailureSort.TryAgain,

        ErrorId.ApiTokenRejected or ErrorId.DeviceConflict or ErrorId.RequestRejected
            or ErrorId.AuthorizationDenied => FailureSort.Refused,

        ErrorId.ServerUnexpected
            or ErrorId.HsmFailure or ErrorId.HsmTokenUnusable or ErrorId.HsmKeyUnusable or ErrorId.HsmObjectConflict
            or ErrorId.HsmPinLocked or ErrorId.HsmSoPinLocked or ErrorId.HsmPinFinalTry or ErrorId.JournalDamaged
            or ErrorId.RegistrationIncomplete or ErrorId.AlreadyRegistered or ErrorId.OtaClientRunning
            or ErrorId.OtaClientStartFailed or ErrorId.ApiTokenNotRemoved or ErrorId.GatewayRefused or ErrorId.SotaDirectoryUnusable => FailureSort.NeedsPerson,

        _ => FailureSort.Configuration,
    };
}
