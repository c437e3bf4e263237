using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>What the device is in the factory's eyes: which factory, and which hardware.</summary>
internal static class FactoryIdentity
{
    // RFC 5280, appendix A.1: ub-organizational-unit-name; the factory becomes an OU.
    private const int MaximumFactory = 64;

    // A hardware id names a machine in Yocto; no real one comes near.
    private const int MaximumHardwareId = 200;

    /// <summary>The factory: what somebody says, else <c>LMP_FACTORY</c>. <c>lmp</c> is what an image without one says.</summary>
    public static Sourced<string> Factory(OsRelease osRelease, Sourced<string>? said)
    {
        Sourced<string>? factory = said ?? osRelease.Factory;
        return factory is not { Value: not ("" or "lmp") } found
            ? throw new AutoRegisterException(
                ErrorId.FactoryMissing,
                factory is { } placeholder
                    ? $"{placeholder.Source}: '{placeholder.Value}' is no factory."
                    : $"No factory is configured: {osRelease.Lacks("LMP_FACTORY")}.",
                target: factory?.Source.ToString())
            : Check(found, "factory", MaximumFactory, ErrorId.FactoryInvalid);
    }

    /// <summary>The hardware id: what somebody says, else <c>LMP_MACHINE</c>. Upstream has it compiled in.</summary>
    public static Sourced<string> HardwareId(OsRelease osRelease, Sourced<string>? said)
    {
        Sourced<string>? hardwareId = said ?? osRelease.Machine;
        return hardwareId is not { Value: not "" } found
            ? throw new AutoRegisterException(
                ErrorId.HardwareIdMissing,
                hardwareId is { } empty
                    ? $"{empty.Source}: the hardware id is empty."
                    : $"No hardware id is configured: {osRelease.Lacks("LMP_MACHINE")}.",
                target: hardwareId?.Source.ToString())
            : Check(found, "hardware id", MaximumHardwareId, ErrorId.HardwareIdInvalid);
    }

    // A set that means the same in X.509, JSON, an OAuth scope, a URL and TOML.
    private static Sourced<string> Check(Sourced<string> value, string thing, int maximum, ErrorId error)
    {
        string? problem = Characters.Outside(value.Value, Characters.Name) is string wrong ? $"a {thing} cannot have {wrong}"
            : value.Value.Length > maximum ? $"the {thing} has more than {maximum} characters"
            : null;
        return problem is null
            ? value
            : throw new AutoRegisterException(
                error, $"{value.Source}: {problem}.", "Use letters, digits, '.', '_' and '-' only.", value.Source.ToString());
    }
}
