using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>A test that needs NSS's softokn; a named skip where the machine lacks it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NssFactAttribute : FactAttribute
{
    public NssFactAttribute()
    {
        if (Nss.ModulePath is null)
        {
            Skip = "NSS is not installed (Debian: libnss3).";
        }
    }
}
