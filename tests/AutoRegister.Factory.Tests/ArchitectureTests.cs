using AutoRegister.Core.Enrollment;
using AutoRegister.Factory.Registration;
using AutoRegister.Factory.Tests.Support;
using Mono.Cecil;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Who may know whom, read from the compiled assemblies: a room knows those above it in its list, and none below. No exceptions.</summary>
public sealed class ArchitectureTests
{
    // A room is a namespace. The types that cmdlets hand out are in the namespace AutoRegister and stand beside their room.
    private static readonly string[] Core =
    [
        "Base",
        "Errors",
        "Files",
        "Keys",
        "X509",
        "Pkcs11.Settings",
        "Pkcs11.SoftHsm",
        "Pkcs11.Modules HsmSlot",
        "Pkcs11.Token",
        "Pkcs11.Objects HsmObject",
        "Pkcs11",
        "Configuration SotaConfig Setting",
        "Sota",
        "Api",
        "Api.OAuth",
        "Gateway",
        "OtaClient",
        "Storage",
        "Enrollment DeviceKey DeviceRegistration ExportedCredentials",
        "Afterwards",
        "Line DeviceReport",
        "Transfer ExportedEnrollment",
        "Diagnosis.Checks CheckResult",
        "Diagnosis",
    ];

    private static readonly string[] Factory = ["Base", "Storage", "Sota", "Pki", "Ledger", "Reports", "Policy", "Http", "OAuth", "Registration", "Est", "Gateway", "Admin", "Settings", "Commands"];

    [Fact]
    public void No_room_of_the_core_knows_one_below() => Assert.Empty(ArrowsBack(typeof(Enroller), "AutoRegister.Core.", Core));

    [Fact]
    public void No_room_of_the_factory_knows_one_below() => Assert.Empty(ArrowsBack(typeof(RegistrationService), "AutoRegister.Factory.", Factory));

    private static IEnumerable<string> ArrowsBack(Type inside, string prefix, string[] rooms)
    {
        string[][] levels = [.. rooms.Select(room => room.Split(' '))];
        bool IsOurs(TypeReference type) => type.Namespace == nameof(AutoRegister) || type.Namespace.StartsWith(prefix, StringComparison.Ordinal);
        int LevelOf(TypeReference type) => Array.FindIndex(levels, room => type.Namespace == prefix + room[0] || (type.Namespace == nameof(AutoRegister) && room.Contains(type.Name)));

        using var assembly = AssemblyDefinition.ReadAssembly(inside.Assembly.Location);
        TypeDefinition[] types = [.. assembly.MainModule.Types.Where(IsOurs)];
        Assert.True(types.Length > rooms.Length);
        Assert.All(types, type => Assert.True(LevelOf(type) >= 0, $"{type.FullName} is in no room"));
        return [.. from type in types
                   from used in TypesUsed.By(type).Where(IsOurs).DistinctBy(used => used.FullName)
                   where LevelOf(used) > LevelOf(type)
                   select $"{type.FullName} knows {used.FullName}"];
    }
}
