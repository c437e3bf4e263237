using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>When a journal is another machine's, and when only its surroundings changed.</summary>
public sealed class JournalOriginTests
{
    private static readonly JournalOrigin Here = new() { MachineId = "a", MachineIdIsKept = true, Hardware = "dmi:1 soc:2", Born = "5.0" };
    private static readonly JournalOrigin WithoutSerials = Here with { Hardware = string.Empty };

    [Fact]
    public void The_same_machine_is_the_same()
    {
        Assert.Null(Here.FindDifference(Here));
        Assert.Null(JournalOrigin.Unknown.FindDifference(JournalOrigin.Unknown));
    }

    [Fact]
    public void What_only_one_side_knows_proves_nothing()
    {
        Assert.Null(Here.FindDifference(JournalOrigin.Unknown));
        Assert.Null(Here.FindDifference(Here with { MachineId = string.Empty, MachineIdIsKept = false }));
        Assert.Null(Here.FindDifference(WithoutSerials));
        Assert.Null(WithoutSerials.FindDifference(Here));
        Assert.Null(WithoutSerials.FindDifference(WithoutSerials with { Born = string.Empty }));
        Assert.Null(Here.FindDifference(Here with { Hardware = "dmi:1 mmc:9" }));
    }

    [Fact]
    public void A_copy_is_known_by_its_place_its_hardware_or_its_id()
    {
        Assert.Equal("its directory was copied", WithoutSerials.FindDifference(WithoutSerials with { Born = "5.1" }));
        Assert.Equal("the hardware is another (soc)", Here.FindDifference(Here with { Hardware = "dmi:1 soc:3" }));
        Assert.Equal("the machine-id is another", WithoutSerials.FindDifference(WithoutSerials with { MachineId = "b" }));
    }

    [Fact]
    public void An_id_that_is_made_up_at_each_boot_loses_no_identity()
    {
        Assert.Null(Here.FindDifference(Here with { MachineId = "b" }));
        JournalOrigin notKept = WithoutSerials with { MachineIdIsKept = false };
        Assert.Null(notKept.FindDifference(notKept with { MachineId = "b" }));
        Assert.Null(notKept.FindDifference(WithoutSerials));
    }

    [Fact]
    public void Files_that_came_back_from_a_backup_are_the_same_machine_s_where_its_hardware_says_so() =>
        Assert.Null(Here.FindDifference(Here with { Born = "5.1" }));

    [Fact]
    public void What_was_made_in_an_image_is_not_shared_by_the_devices_it_is_written_to()
    {
        JournalOrigin image = new() { Born = "5.0" };
        Assert.Equal("it was written in an image that did not run yet", image.FindDifference(Here));
        Assert.NotNull(image.FindDifference(WithoutSerials));
        Assert.Null(image.FindDifference(image));
    }
}
