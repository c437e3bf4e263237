using System.Net;
using System.Net.Sockets;

namespace AutoRegister.Core.Api;

/// <summary>
/// Connects to whichever address of a host answers first (RFC 8305, Happy Eyeballs): the next address is tried a quarter of a second
/// after the one before it, or as soon as that has failed, and the families take turns, so that IPv6 that leads nowhere does not hide
/// IPv4 that works.
/// </summary>
/// <param name="time">The clock of the delays.</param>
internal sealed class AddressRace(TimeProvider time)
{
    // RFC 8305, section 5: the recommended Connection Attempt Delay.
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one address may take. The whole of a connection has its own bound.</summary>
    internal TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The order in which addresses are tried: the resolver's (RFC 6724), but the families in turns (RFC 8305, section 4).</summary>
    internal static IPAddress[] Order(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] first = [.. addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily)];
        IPAddress[] second = [.. addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily)];
        return [.. Enumerable.Range(0, addresses.Count).SelectMany(i => first.Skip(i).Take(1).Concat(second.Skip(i).Take(1)))];
    }

    /// <summary>Connects.</summary>
    /// <param name="addresses">The addresses, in the resolver's order; at least one.</param>
    /// <returns>The socket that was first.</returns>
    /// <exception cref="AggregateException">An <see cref="AddressFailure"/> for each address, in the order they failed.</exception>
    internal async Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellation)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new Queue<IPAddress>(Order(addresses));
        List<Task<Socket>> running = [];
        List<Exception> failures = [];
        try
        {
            while (waiting.Count > 0 || running.Count > 0)
            {
                if (waiting.TryDequeue(out IPAddress? next))
                {
                    running.Add(AttemptAsync(new IPEndPoint(next, port), race.Token));
                }

                var pause = Task.Delay(waiting.Count > 0 ? Stagger : Timeout.InfiniteTimeSpan, time, race.Token);
                if (await Task.WhenAny([.. running, pause]).ConfigureAwait(false) is Task<Socket> ended)
                {
                    running.Remove(ended);
                    if (ended.IsCompletedSuccessfully)
                    {
                        return await ended.ConfigureAwait(false);
                    }

                    cancellation.ThrowIfCancellationRequested();
                    failures.AddRange(ended.Exception!.InnerExceptions);
                }

                cancellation.ThrowIfCancellationRequested();
            }

            throw new AggregateException(failures);
        }
        finally
        {
            await race.CancelAsync().ConfigureAwait(false);
            foreach (Task<Socket> late in running)
            {
                await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (late.IsCompletedSuccessfully)
                {
                    (await late.ConfigureAwait(false)).Dispose();
                }
            }
        }
    }

    private async Task<Socket> AttemptAsync(IPEndPoint place, CancellationToken race)
    {
        using var budget = new CancellationTokenSource(Budget, time);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(race, budget.Token);
        Socket? socket = null;
        try
        {
            // An IPv4 address may be written as an IPv6 one (RFC 4291, section 2.5.5.2), which a socket for IPv6 alone does not reach.
            IPAddress address = place.Address.IsIPv4MappedToIPv6 ? place.Address.MapToIPv4() : place.Address;
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(address, place.Port), bounded.Token).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new AddressFailure(place.Address, e.SocketErrorCode == SocketError.TimedOut, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            socket?.Dispose();
            race.ThrowIfCancellationRequested();
            throw new AddressFailure(place.Address, timedOut: true, "no answer", e);
        }
    }
}
