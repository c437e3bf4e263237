using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Api;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>RFC 8305: an address that leads nowhere does not hide one that works. No test waits for a time; a hang would end it.</summary>
public sealed class AddressRaceTests : IDisposable
{
    private readonly TcpListener good = new(IPAddress.Loopback, 0);

    public AddressRaceTests() => good.Start();

    private int Port => ((IPEndPoint)good.LocalEndpoint).Port;

    public void Dispose() => good.Dispose();

    [Theory]
    [InlineData("2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2", "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2")]
    [InlineData("192.0.2.1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2")]
    [InlineData("2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1", "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public void TheFamiliesTakeTurns(string resolved, string order) =>
        Assert.Equal(order, string.Join(' ', AddressRace.Order([.. resolved.Split(' ').Select(IPAddress.Parse)]).Select(address => address.ToString())));

    [Fact]
    public async Task Ipv6ThatLeadsNowhereDoesNotHideIpv4()
    {
        using var nowhere = new Blackhole(IPAddress.IPv6Loopback, Port);
        using Socket socket = await new AddressRace(TimeProvider.System).ConnectAsync([IPAddress.IPv6Loopback, IPAddress.Loopback], Port, CancellationToken.None);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task TheLastOfManyAddressesIsReachedWhateverTheOthersDo()
    {
        using var first = new Blackhole(IPAddress.Parse("127.0.0.2"), Port);
        using var second = new Blackhole(IPAddress.Parse("127.0.0.3"), Port);
        IPAddress[] addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("255.255.255.255"), IPAddress.Parse("ff02::1"), IPAddress.Parse("127.0.0.4"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback];
        using Socket socket = await new AddressRace(TimeProvider.System).ConnectAsync(addresses, Port, CancellationToken.None);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task WhatBecameOfEachAddressIsKept()
    {
        using var nowhere = new Blackhole(IPAddress.Parse("127.0.0.2"), Port);
        var race = new AddressRace(TimeProvider.System) { Budget = TimeSpan.FromSeconds(1) };
        AggregateException failed = await Assert.ThrowsAsync<AggregateException>(() => race.ConnectAsync([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.4")], Port, CancellationToken.None));
        AddressFailure[] each = [.. failed.InnerExceptions.Cast<AddressFailure>()];
        Assert.Equal(["127.0.0.4: Connection refused", "127.0.0.2: no answer"], each.Select(one => one.Message));
        Assert.Equal([false, true], each.Select(one => one.TimedOut));
    }

    [Fact]
    public async Task CancellingEndsAllAttempts()
    {
        using var nowhere = new Blackhole(IPAddress.Parse("127.0.0.2"), Port);
        using var stop = new CancellationTokenSource();
        Task<Socket> racing = new AddressRace(TimeProvider.System).ConnectAsync([IPAddress.Parse("127.0.0.2")], Port, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => racing);
    }
}
