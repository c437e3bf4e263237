using System.Globalization;
using Xunit;

namespace AutoRegister.Factory.Tests.Soak;

/// <summary>A fact of <c>./build.sh soak factory</c>, which sets a variable; elsewhere it is skipped, as it takes minutes.</summary>
internal sealed class SoakFactAttribute : FactAttribute
{
    private const string Variable = "SERVER_SOAK_KILLS";

    public SoakFactAttribute() => Skip = Kills > 0 ? null! : $"./build.sh soak factory runs it: {Variable} is not set";

    /// <summary>How often servers are killed.</summary>
    public static int Kills => int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out int kills) ? kills : 0;
}
