using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Configuration;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>What systemd gives services in their environment, read from their files, and what of it a module gets.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class UnitEnvironmentTests : IDisposable
{
    private static readonly string Repository = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", "..", ".."));

    private const string Unit = "lmp-device-auto-register.service";

    private readonly DeviceRoot device = new();

    public void Dispose()
    {
        device.Dispose();
        Environment.SetEnvironmentVariable("TPM2_PKCS11_TESTED", null);
        Environment.SetEnvironmentVariable("TPM2_PKCS11_BY_UNIT", null);
        Environment.SetEnvironmentVariable("TPM2_PKCS11_OWNER_AUTH", null);
        Environment.SetEnvironmentVariable("PKCS11_TESTED_URI", null);
    }

    [Fact]
    public void A_service_that_is_not_installed_has_none() => Assert.Null(UnitEnvironment.Of(device.Path, Unit));

    [Fact]
    public void Unit_file_and_drop_ins_are_read_in_systemd_s_order()
    {
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\nEnvironment=A=unit B=unit\nEnvironment=\"C=two words\" 'D=x=y' E=100%% F=%t/run\n")
            .Write($"/usr/lib/systemd/system/{Unit}.d/20.conf", "[Service]\nEnvironment=A=late\n")
            .Write($"/usr/lib/systemd/system/{Unit}.d/10.conf", "[Service]\nEnvironment=A=hidden B=hidden\n")
            .Write($"/etc/systemd/system/{Unit}.d/10.conf", "[Service]\nEnvironment=A=early G=1 \\\n  H=2\n#Environment=I=3\n");
        var expected = new Dictionary<string, string> { ["A"] = "late", ["B"] = "unit", ["C"] = "two words", ["D"] = "x=y", ["E"] = "100%", ["G"] = "1", ["H"] = "2" };
        Assert.Equal(expected, UnitEnvironment.Of(device.Path, Unit));
    }

    [Fact]
    public void An_empty_assignment_forgets_those_before_and_the_manager_s_are_everybody_s()
    {
        device.Write($"/etc/systemd/system/{Unit}", "[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n");
        Assert.Equal(["B"], UnitEnvironment.Of(device.Path, Unit)!.Keys);
        device.Write("/etc/systemd/system.conf.d/x.conf", "[Manager]\nDefaultEnvironment=M=1\n").Write("/etc/systemd/system/service.d/y.conf", "[Service]\nEnvironment=S=1\n");
        device.Write($"/etc/systemd/system/{Unit}", "[Service]\nEnvironment=B=2\n");
        Assert.Equal(["B", "M", "S"], UnitEnvironment.Of(device.Path, Unit)!.Keys.Order());
    }

    [Fact]
    public void Files_of_variables_are_read_as_systemd_reads_them_and_count_more()
    {
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\nEnvironmentFile=/etc/default/forgotten\nEnvironmentFile=\nEnvironmentFile=-/etc/default/missing\nEnvironmentFile=-/etc/default/token\nEnvironmentFile=/etc/default/more-*\n")
            .Write($"/usr/lib/systemd/system/{Unit}.d/10.conf", "[Service]\nEnvironment=A=unit Z=unit\n")
            .Write("/etc/default/forgotten", "F=1\n")
            .Write("/etc/default/token", "# C=1\n; C=2\n\nno assignment\nA = file \nB=two words\nD=\"in \\\"quotes\\\" \"\nE='a\\b'\nG=x=y\nH=100%\nI=one \\\n two\nJ=\n")
            .Write("/etc/default/more-2", "B=last\n").Write("/etc/default/more-1", "B=first\n");
        var expected = new Dictionary<string, string>
        {
            ["A"] = "file", ["Z"] = "unit", ["B"] = "last", ["D"] = "in \"quotes\" ", ["E"] = "a\\b", ["G"] = "x=y", ["H"] = "100%", ["I"] = "one  two", ["J"] = string.Empty,
        };
        Assert.Equal(expected, UnitEnvironment.Of(device.Path, Unit));
    }

    [Fact]
    public void Who_loads_the_module_by_hand_looks_where_the_unit_s_file_says()
    {
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\n").Write($"/etc/systemd/system/{Unit}.d/own.conf", "[Service]\nEnvironmentFile=-/etc/default/tpm2\n")
            .Write("/etc/default/tpm2", "TPM2_PKCS11_TESTED=/data/tpm2\n");
        Assert.Equal(["TPM2_PKCS11_TESTED=/data/tpm2"], ModuleEnvironment.TakeFromUnit(device.Path));
    }

    [Fact]
    public void Who_loads_the_module_by_hand_looks_where_the_unit_looks()
    {
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\nEnvironment=USE_HOSTNAME=1\n")
            .Write($"/usr/lib/systemd/system/{Unit}.d/hsm-tpm2.conf", "[Service]\nEnvironment=TPM2_PKCS11_BY_UNIT=/var/lib/tpm2_pkcs11 HOME=/nowhere\n");
        Assert.Equal(["TPM2_PKCS11_BY_UNIT=/var/lib/tpm2_pkcs11"], ModuleEnvironment.TakeFromUnit(device.Path));
        Assert.Empty(ModuleEnvironment.TakeFromUnit(device.Path));

        // As a module asks for it: .NET has a copy of its own, which is handed over before one is loaded.
        using (new SoftHsm())
        {
            Pkcs11Module.Open(SoftHsm.ModulePath).Dispose();
        }

        Assert.Equal("/var/lib/tpm2_pkcs11", NativeEnvironment.Read("TPM2_PKCS11_BY_UNIT"));

        // Whoever removes it from the session wants the module to look elsewhere.
        Environment.SetEnvironmentVariable("TPM2_PKCS11_BY_UNIT", null);
        Assert.Empty(ModuleEnvironment.TakeFromUnit(device.Path));
    }

    [Fact]
    public void A_value_that_may_be_a_secret_is_taken_and_not_shown()
    {
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\nEnvironment=TPM2_PKCS11_OWNER_AUTH=5550199 PKCS11_TESTED_URI=pkcs11:?pin-value=5550199\n")
            .Write("/usr/lib/systemd/system/aktualizr-lite.service", "[Service]\n");
        Assert.Equal(["PKCS11_TESTED_URI=(secret)", "TPM2_PKCS11_OWNER_AUTH=(secret)"], ModuleEnvironment.TakeFromUnit(device.Path).Order(StringComparer.Ordinal));
        Assert.Equal("5550199", Environment.GetEnvironmentVariable("TPM2_PKCS11_OWNER_AUTH"));
        string problem = ModuleEnvironment.ProblemOfClients(device.Path)!;
        Assert.Contains("TPM2_PKCS11_OWNER_AUTH=(secret)", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("5550199", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_OTA_client_that_would_look_for_the_token_elsewhere_is_named()
    {
        Environment.SetEnvironmentVariable("TPM2_PKCS11_TESTED", "/var/lib/tpm2_pkcs11");
        string[] names = [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("SOFTHSM2_", StringComparison.Ordinal) || name.StartsWith("PKCS11", StringComparison.Ordinal) || name.StartsWith("NSS_", StringComparison.Ordinal))];
        string others = string.Join(' ', names.Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}"));
        Assert.Null(ModuleEnvironment.ProblemOfClients(device.Path));
        device.Write("/usr/lib/systemd/system/aktualizr-lite.service", $"[Service]\nEnvironment={others}\nExecStart=/usr/bin/aktualizr-lite daemon\n");
        Assert.Contains("aktualizr-lite.service is not given TPM2_PKCS11_TESTED=/var/lib/tpm2_pkcs11,", ModuleEnvironment.ProblemOfClients(device.Path), StringComparison.Ordinal);
        device.Write("/usr/lib/systemd/system/aktualizr-lite.service.d/hsm-tpm2-client.conf", "[Service]\nEnvironment=TPM2_PKCS11_TESTED=/var/lib/tpm2_pkcs11\n");
        Assert.Null(ModuleEnvironment.ProblemOfClients(device.Path));
        device.Write("/usr/lib/systemd/system/fioconfig.service", $"[Service]\nEnvironment={others} TPM2_PKCS11_TESTED=/elsewhere\n");
        Assert.StartsWith("fioconfig.service", ModuleEnvironment.ProblemOfClients(device.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hsm-tpm2")]
    [InlineData("hsm-optee")]
    [InlineData("hsm-i2c")]
    [InlineData("hsm-softhsm")]
    public void What_a_drop_in_of_ours_gives_the_module_its_client_s_gives_the_OTA_client(string kind)
    {
        string folder = Path.Join(Repository, "module", "device");
        device.Write($"/usr/lib/systemd/system/{Unit}", "[Service]\n").Write($"/usr/lib/systemd/system/{Unit}.d/{kind}.conf", File.ReadAllText(Path.Join(folder, $"{kind}.conf")));
        string client = Path.Join(folder, $"{kind}-client.conf");
        device.Write("/usr/lib/systemd/system/aktualizr-lite.service", File.Exists(client) ? File.ReadAllText(client) : "[Service]\n");
        Assert.Equal(UnitEnvironment.Of(device.Path, Unit), UnitEnvironment.Of(device.Path, "aktualizr-lite.service"));
    }
}
