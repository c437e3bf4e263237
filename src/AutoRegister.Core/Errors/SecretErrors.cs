using AutoRegister.Core.Base;

namespace AutoRegister.Core.Errors;

/// <summary>A configuration whose secrets were zeroed, because its device was registered or its pipeline ended, is used again.</summary>
internal static class SecretErrors
{
    /// <summary>Refuses a secret that is gone.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SecretsDisposed"/>.</exception>
    internal static void RequireThere(Secret secret, string what)
    {
        if (secret.IsDisposed)
        {
            throw new AutoRegisterException(
                ErrorId.SecretsDisposed,
                $"The {what} of this configuration was zeroed when its registration ended.",
                target: nameof(ErrorId.SecretsDisposed));
        }
    }
}
