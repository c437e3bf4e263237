// What Factory.ps1 and Line.ps1 measure with: devices that register, an endpoint that answers the same bytes and does nothing else, and
// the least that a line has to do.
using System.Globalization;
using FactoryLoad;

return args switch
{
    ["bare", var answer] => await BareEndpoint.RunAsync(answer),
    ["run", var url, var tokenFile, var connections, var count] => await Load.RunAsync(
        new Uri(url), File.ReadAllText(tokenFile).Trim(), Number(connections), Number(count)),
    ["floor", var url, var tokenFile, var limit, var count, var folder] => await Floor.RunAsync(
        new Uri(url), File.ReadAllText(tokenFile).Trim(), Number(limit), Number(count), folder),
    _ => Wrong(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Wrong()
{
    Console.Error.WriteLine("factory-load bare ANSWER-FILE | run URL TOKEN-FILE CONNECTIONS COUNT | floor URL TOKEN-FILE LIMIT COUNT FOLDER");
    return 64;
}
