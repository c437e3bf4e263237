namespace AutoRegister.Core.Errors;

/// <summary>What a failure means for whoever runs the registration. Every <see cref="ErrorId"/> has exactly one.</summary>
public enum FailureSort : long
{
    /// <summary>Passes by itself: no network, a busy server, a clock that is not set. Wrapper exit code 75 (EX_TEMPFAIL).</summary>
    TryAgain,

    /// <summary>What the device was told is wrong or incomplete. Wrapper exit code 78 (EX_CONFIG).</summary>
    Configuration,

    /// <summary>The server understood and said no. Wrapper exit code 77 (EX_NOPERM).</summary>
    Refused,

    /// <summary>Needs a look by a person: a token in an unexpected state, an answer that cannot be trusted. Wrapper exit code 70 (EX_SOFTWARE).</summary>
    NeedsPerson,
}
