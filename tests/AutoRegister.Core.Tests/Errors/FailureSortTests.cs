using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Errors;

/// <summary>The sort of an error is its exit code, and so whether systemd starts the unit again: it never changes by accident.</summary>
public sealed class FailureSortTests
{
    private static readonly ErrorId[] TryAgain =
    [
        ErrorId.ServerUnreachable, ErrorId.ServerTimeout, ErrorId.ServerUnavailable, ErrorId.ClockNotSet, ErrorId.ServerNotTrusted, ErrorId.CaptivePortal,
        ErrorId.RegistrationBusy, ErrorId.WriteFailed, ErrorId.AuthorizationExpired, ErrorId.AnswerInvalid, ErrorId.CertificateMismatch, ErrorId.SotaTomlInvalid,
    ];

    private static readonly ErrorId[] Refused = [ErrorId.ApiTokenRejected, ErrorId.DeviceConflict, ErrorId.RequestRejected, ErrorId.AuthorizationDenied];

    private static readonly ErrorId[] NeedsPerson =
    [
        ErrorId.ServerUnexpected, ErrorId.HsmFailure, ErrorId.HsmTokenUnusable, ErrorId.HsmKeyUnusable, ErrorId.HsmObjectConflict, ErrorId.HsmPinLocked,
        ErrorId.HsmSoPinLocked, ErrorId.HsmPinFinalTry, ErrorId.JournalDamaged, ErrorId.RegistrationIncomplete, ErrorId.AlreadyRegistered,
        ErrorId.OtaClientRunning, ErrorId.OtaClientStartFailed, ErrorId.ApiTokenNotRemoved, ErrorId.GatewayRefused, ErrorId.SotaDirectoryUnusable,
    ];

    public static TheoryData<ErrorId> All => [.. Enum.GetValues<ErrorId>()];

    [Theory]
    [MemberData(nameof(All))]
    public void EveryErrorHasItsSort(ErrorId id)
    {
        FailureSort expected = TryAgain.Contains(id) ? FailureSort.TryAgain
            : Refused.Contains(id) ? FailureSort.Refused
            : NeedsPerson.Contains(id) ? FailureSort.NeedsPerson
            : FailureSort.Configuration;
        Assert.Equal(expected, id.SortOf());
        Assert.Equal(expected, new AutoRegisterException(id, "x").Sort);
    }
}
