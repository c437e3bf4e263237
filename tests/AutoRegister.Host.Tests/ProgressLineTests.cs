namespace AutoRegister.Host.Tests;

public sealed class ProgressLineTests
{
    [Fact]
    public void It_is_drawn_once_in_a_while_and_erased_once()
    {
        var line = new ProgressLine();

        Assert.Equal("\r\e[Khalf", line.Change("half"));
        Assert.Equal("", line.Change("half and a bit"));
        Assert.Equal("\r\e[K", line.Change(null));
        Assert.Equal("", line.Change(null));
    }
}
