namespace AutoRegister.Core.Enrollment;

/// <summary>The five states of a device. Each leads forward after a power cut, by running the same registration again.</summary>
public enum RegistrationState : long
{
    /// <summary>No key yet.</summary>
    Unregistered,

    /// <summary>Key, UUID and CSR are durable; nothing was sent.</summary>
    KeyMade,

    /// <summary>The request may have reached the server; a retry sends the same CSR.</summary>
    RequestSent,

    /// <summary>The answer is checked and durable; no network is needed to finish.</summary>
    AnswerReceived,

    /// <summary>The credentials are in place.</summary>
    Registered,
}
