namespace AutoRegister.Factory.OAuth;

/// <summary>What a device is given at the start of the flow.</summary>
internal sealed record DeviceGrant(string DeviceCode, string UserCode);

/// <summary>A device that waits for a person.</summary>
internal sealed record WaitingDevice(string UserCode, string Uuid);

/// <summary>The answer to a poll: an access token, or the error code of RFC 8628 section 3.5.</summary>
internal sealed record PollResult(string? AccessToken, string? Error);
