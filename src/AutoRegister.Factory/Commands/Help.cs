namespace AutoRegister.Factory.Commands;

/// <summary>What <c>lmp-factory --help</c> prints.</summary>
internal static class Help
{
    /// <summary>The whole text.</summary>
    public const string Text =
        """
        lmp-factory: a local factory. Devices register with it and then prove who they are.

          lmp-factory --data DIR --factory NAME [options]   run it, until SIGTERM or SIGINT
          lmp-factory list --data DIR [--json]              print its devices; works while it runs

          --data DIR              where it keeps its CAs, its API token and its ledger; made at first start
          --factory NAME          the factory's name: the OU of its devices
          --api-port N            port of the registration API (default 0: any free one)
          --gateway-port N        port of the device gateway (default 0: any free one)
          --address IP            the address to listen on (default 127.0.0.1)
          --host NAME             the host in the URLs it hands out (default: the address)
          --token-file FILE       the API token devices must send (default: DIR/api-token, made at first start)
          --ready-file FILE       written, as JSON, once it listens; removed when it ends
          --allow-key-types LIST  device keys it signs: p256,p384,p521,rsa2048,rsa3072 (default p256)
          --oauth-expires-in S    seconds a device code waits for a person (default 900)
          --oauth-interval S      seconds between a device's polls (default 5)

        /ota/devices/ demands the API token. /sign demands none, and whoever reaches /device may approve a
        device: listen on other than a loopback address only in a network whose every user may register devices.

        Exit codes: 0 ended as asked, 64 wrong command line, 66 no such ledger, 71 the system refused,
        75 another lmp-factory uses DIR, 78 DIR or the token file does not fit.
        """;
}
