using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Configuration;

/// <summary>How this machine reaches the device's token and the factory's server, and the secrets for that, which it owns.</summary>
internal sealed record MachineAccess : IDisposable
{
    /// <summary>The registration endpoint.</summary>
    internal Uri DeviceApi { get; init; } = new(SotaConfig.DefaultDeviceApi);

    /// <summary>The base of the OAuth device flow.</summary>
    internal Uri OAuthBase { get; init; } = new(SotaConfig.DefaultOAuthBase);

    /// <summary>The API token; <see langword="null"/> when none is configured.</summary>
    internal Secret? ApiToken { get; init; }

    /// <summary>
    /// The file on this machine that holds <see cref="ApiToken"/>, or did before it was removed; <see langword="null"/> when
    /// the token was given otherwise.
    /// </summary>
    internal string? ApiTokenFile { get; init; }

    /// <summary>Whether a person is to authorise the device when there is no <see cref="ApiToken"/>.</summary>
    internal bool DeviceAuthorization { get; init; }

    /// <summary>The header that carries <see cref="ApiToken"/>.</summary>
    internal string ApiTokenHeader { get; init; } = SotaConfig.DefaultApiTokenHeader;

    /// <summary>Keys that the server's <c>sota.toml</c> may have besides the known ones: <c>section.key</c> or <c>section.key:kind</c>.</summary>
    internal IReadOnlyList<string> AllowedTomlKeys { get; init; } = [];

    /// <summary>The token that holds the device key; <see langword="null"/> means a key file.</summary>
    internal HsmSettings? Hsm { get; init; }

    /// <summary>What was decided about that token on the way.</summary>
    internal TokenDecisions Decisions { get; init; } = TokenDecisions.None;

    /// <summary>The token that holds the device key and is not on this machine: the device was imported. <see langword="null"/> otherwise.</summary>
    internal TokenReference? RemoteToken { get; init; }

    /// <summary>Who zeroes the secrets.</summary>
    internal SecretOwner SecretOwner { get; init; }

    /// <summary>Zeroes the secrets, unless they are another configuration's.</summary>
    public void Dispose()
    {
        if (SecretOwner != SecretOwner.Other)
        {
            ApiToken?.Dispose();
            Hsm?.Pin.Dispose();
            Hsm?.SoPin.Dispose();
        }
    }
}
