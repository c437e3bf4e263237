using System.Net;
using AutoRegister.Factory.Base;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Many addresses of one host are one client to the limits.</summary>
public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    [InlineData("fe80::1%3", "fe80::")]
    public void The_network_of_an_address(string address, string network) =>
        Assert.Equal(IPAddress.Parse(network), ClientNetwork.Of(IPAddress.Parse(address)));

    [Fact]
    public void No_address_is_a_client_too() => Assert.Equal(IPAddress.None, ClientNetwork.Of(null));
}
