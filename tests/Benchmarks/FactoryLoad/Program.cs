// What Factory.ps1 measures with: devices that register, and an endpoint that answers the same bytes and does nothing else.
using System.Globalization;
using FactoryLoad;

return args switch
{
    ["bare", var answer] => await BareEndpoint.RunAsync(answer),
    ["run", var url, var tokenFile, var connections, var count] => await Load.RunAsync(
        new Uri(url), File.ReadAllText(tokenFile).Trim(), Number(connections), Number(count)),
    _ => Wrong(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Wrong()
{
    Console.Error.WriteLine("factory-load bare ANSWER-FILE | run URL TOKEN-FILE CONNECTIONS COUNT");
    return 64;
}
