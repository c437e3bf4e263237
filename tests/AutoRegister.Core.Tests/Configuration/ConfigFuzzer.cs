using System.Text;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>
/// Makes file contents that are almost right: real-looking lines, put together and damaged with pieces that mean
/// something to a shell. The same seed makes the same contents.
/// </summary>
internal sealed class ConfigFuzzer(int seed, params string[] corpus)
{
    /// <summary>What a damaged line would run if anything ran it.</summary>
    public const string Canary = "canary-of-the-fuzz-test";

    private static readonly string[] Fragments =
    [
        "'", "\"", "\\", "$", "`", "$(touch " + Canary + ")", "`touch " + Canary + "`", "; touch " + Canary, "&& touch " + Canary, "| tee " + Canary,
        "> " + Canary, "$HOME", "${HOME}", "~", ":~", "*", "?", "[a-z]", "{1,2}", "!", "#", " # ", ";", " ; ", ";;", "&", "(", ")", "<", "=", "+=", " ", "\t",
        "  ", "\n", "\r\n", "\r", "\\\n", "\0", "\u001b[0m", "\u0085", "é", "\u2028", "\uFEFF", "😀", "export ", "export", "export\t", "HSM_PIN=", "HSM_PI=",
        "A=1 ", "A=''; ", "''", "\"\"", "\\'", "\\\"", "\\$", "\"\\x\"", "'a b'", "\"a b\"", ",", ",,", "%", "-", "--force=1", "/", "..", "x",
    ];

    private readonly Random random = new(seed);

    /// <summary>The next content.</summary>
    public byte[] Next()
    {
        if (random.Next(50) == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var text = new StringBuilder();
        for (int lines = random.Next(1, 5); lines > 0; lines--)
        {
            text.Append(corpus[random.Next(corpus.Length)]).Append(random.Next(20) == 0 ? "\r\n" : "\n");
        }

        for (int damage = random.Next(4); damage > 0; damage--)
        {
            int at = random.Next(text.Length + 1);
            if (random.Next(4) == 0)
            {
                text.Remove(at, Math.Min(random.Next(6), text.Length - at));
            }
            else
            {
                text.Insert(at, Fragments[random.Next(Fragments.Length)]);
            }
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (bytes.Length > 0 && random.Next(40) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
