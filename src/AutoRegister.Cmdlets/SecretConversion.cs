using System.Runtime.InteropServices;
using System.Security;
using AutoRegister.Core.Base;

namespace AutoRegister.Cmdlets;

/// <summary>Secrets cross from PowerShell's <see cref="SecureString"/> without ever being a string.</summary>
internal static class SecretConversion
{
    internal static Secret? ToSecret(this SecureString? secure)
    {
        if (secure is null)
        {
            return null;
        }

        nint buffer = Marshal.SecureStringToGlobalAllocUnicode(secure);
        char[] characters = new char[secure.Length];
        try
        {
            Marshal.Copy(buffer, characters, 0, characters.Length);
            return Secret.FromChars(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(buffer);
            Array.Clear(characters);
        }
    }
}
