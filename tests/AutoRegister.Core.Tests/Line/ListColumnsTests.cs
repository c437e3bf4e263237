using AutoRegister.Core.Line;
using Xunit;

namespace AutoRegister.Core.Tests.Line;

public sealed class ListColumnsTests
{
    private static readonly string[] Known = ["Name", "DeviceName", "SerialNumber", "Uuid", "Root", "Path", "Tag", "Tags", "DeviceGroup", "Group", "TokenLabel", "TokenSerial", "KeyId"];

    [Theory]
    [InlineData("Gruop", "Group")]
    [InlineData("Grup", "Group")]
    [InlineData("Groups", "Group")]
    [InlineData("GROUPP", "Group")]
    [InlineData("Serial Number", "SerialNumber")]
    [InlineData("serial_number", "SerialNumber")]
    [InlineData("SerialNumer", "SerialNumber")]
    [InlineData("SerialNmbr", "SerialNumber")]
    [InlineData("TokenLable", "TokenLabel")]
    [InlineData("Tokenseriel", "TokenSerial")]
    [InlineData("Device-Group", "DeviceGroup")]
    [InlineData("Key Id", "KeyId")]
    [InlineData("Nmae", "Name")]
    [InlineData("Names", "Name")]
    [InlineData("Uid", "Uuid")]
    [InlineData("Tga", "Tag")]
    [InlineData("Paht", "Path")]
    public void A_slip_of_the_fingers_is_seen(string name, string meant) => Assert.Equal(meant, ListColumns.Near(name, Known));

    [Theory]
    [InlineData("Note")]
    [InlineData("Date")]
    [InlineData("Batch")]
    [InlineData("Operator")]
    [InlineData("Station")]
    [InlineData("Order")]
    [InlineData("Tab")]
    [InlineData("Game")]
    [InlineData("Boot")]
    [InlineData("Port")]
    [InlineData("Part")]
    [InlineData("Label")]
    [InlineData("DeviceType")]
    [InlineData("DeviceDate")]
    [InlineData("Kommentar")]
    [InlineData("注")]
    [InlineData("")]
    [InlineData("#")]
    public void A_word_of_somebodys_own_is_none(string name) => Assert.Null(ListColumns.Near(name, Known));
}
