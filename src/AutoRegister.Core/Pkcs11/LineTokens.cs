using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11;

/// <summary>
/// The tokens in which a line has the keys of many devices: each stays open, and logged in to, until the line ends. Without that the module
/// would be initialised for each device, and SoftHSM2 reads all objects then.
/// </summary>
internal static class LineTokens
{
    private static readonly Lock State = new();
    private static readonly Dictionary<(string Module, string Label, string? Serial), TokenSession> Open = [];
    private static bool keeps;

    /// <summary>Keeps tokens open from now on.</summary>
    internal static void Begin()
    {
        lock (State)
        {
            keeps = true;
        }
    }

    /// <summary>Keeps the token of many devices open, if a line works; the token of one device alone is not kept.</summary>
    /// <param name="open">Opens it once more: its caller has done so for one device.</param>
    internal static void Keep(HsmSettings hsm, Func<TokenSession> open)
    {
        lock (State)
        {
            (string, string, string?) token = (hsm.ModulePath, hsm.TokenLabel, hsm.TokenSerial);
            if (!keeps || hsm.Objects.IsStandard || Open.ContainsKey(token))
            {
                return;
            }

            try
            {
                TokenSession session = open();
                Open.Add(token, session);
                if (session.Generation is Func<ulong?> read && read() is not null)
                {
                    TokenCatalogue.Keep(session.Token, read);
                }
            }
            catch (AutoRegisterException)
            {
                // A token without a session to spare is opened for each device.
            }
        }
    }

    /// <summary>Closes them.</summary>
    internal static void End()
    {
        lock (State)
        {
            keeps = false;
            TokenCatalogue.ForgetAll();
            foreach (TokenSession session in Open.Values)
            {
                session.Dispose();
            }

            Open.Clear();
        }
    }
}
