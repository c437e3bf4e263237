using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary>A fact that only root can show: nobody else gives a directory away.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Posix.EffectiveUser() == 0 ? null! : "needs root";
}
