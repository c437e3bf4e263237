using System.Text;

namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>
/// Reads a QR code back from its drawing in half blocks (ISO/IEC 18004): format, mask, zigzag, byte mode. A drawing has no
/// damage, so the error correction is left out.
/// </summary>
internal sealed class QrDecoder
{
    // Data codewords and blocks at level L, versions 1 to 9 (table 9); the blocks of one version are of one size.
    private static readonly (int Data, int Blocks)[] Capacity = [(19, 1), (34, 1), (55, 1), (80, 1), (108, 1), (136, 2), (156, 2), (194, 2), (232, 2)];

    // Centres of the alignment patterns (annex E).
    private static readonly int[][] Alignment = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]];

    // Where the format is, bit 14 first: along the top left finder pattern, then up beside it (figure 25).
    private static readonly int[] FormatColumns = [0, 1, 2, 3, 4, 5, 7, 8];
    private static readonly int[] FormatRows = [7, 5, 4, 3, 2, 1, 0];

    private readonly bool[][] dark;
    private readonly int size;
    private readonly int version;

    private QrDecoder(bool[][] dark)
    {
        this.dark = dark;
        size = dark.Length;
        version = (size - 17) / 4;
    }

    /// <summary>Decodes a drawing.</summary>
    public static string Decode(string drawing) => new QrDecoder(Modules(drawing)).Read();

    private static bool[][] Modules(string drawing)
    {
        var rows = new List<bool[]>();
        foreach (string line in drawing.Split('\n'))
        {
            rows.Add([.. line.Select(c => c is ' ' or '▄')]);
            rows.Add([.. line.Select(c => c is ' ' or '▀')]);
        }

        // The quiet zone is light; what is left of the rows and columns with anything dark is the symbol.
        int top = rows.FindIndex(row => row.Contains(true));
        int bottom = rows.FindLastIndex(row => row.Contains(true));
        int left = rows.Min(row => Array.IndexOf(row, true) is >= 0 and var at ? at : int.MaxValue);
        return [.. rows.GetRange(top, bottom - top + 1).Select(row => row[left..(left + bottom - top + 1)])];
    }

    private string Read()
    {
        int format = 0;
        foreach ((int x, int y) in FormatPlaces())
        {
            format = (format << 1) | (dark[y][x] ? 1 : 0);
        }

        format ^= 0x5412;
        if (format >> 13 != 1)
        {
            throw new InvalidDataException("only level L can be read");
        }

        var bits = new BitQueue(Deinterleave(Codewords((format >> 10) & 7)));
        int mode = bits.Take(4);
        if (mode == 7)
        {
            bits.Take(8);
            mode = bits.Take(4);
        }

        if (mode != 4)
        {
            throw new InvalidDataException($"mode {mode} is not the byte mode");
        }

        byte[] content = new byte[bits.Take(8)];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = (byte)bits.Take(8);
        }

        return Encoding.UTF8.GetString(content);
    }

    private static IEnumerable<(int X, int Y)> FormatPlaces() => FormatColumns.Select(x => (x, 8)).Concat(FormatRows.Select(y => (8, y)));

    private byte[] Codewords(int mask)
    {
        var read = new List<byte>();
        int current = 0;
        int count = 0;
        bool up = true;
        for (int right = size - 1; right > 0; right -= 2)
        {
            right -= right == 6 ? 1 : 0;
            for (int step = 0; step < size; step++)
            {
                int y = up ? size - 1 - step : step;
                foreach (int x in (int[])[right, right - 1])
                {
                    if (IsFunction(x, y))
                    {
                        continue;
                    }

                    current = (current << 1) | (dark[y][x] ^ IsMasked(mask, x, y) ? 1 : 0);
                    if (++count % 8 == 0)
                    {
                        read.Add((byte)current);
                        current = 0;
                    }
                }
            }

            up = !up;
        }

        return [.. read];
    }

    private bool IsFunction(int x, int y)
    {
        bool finder = (x < 9 && y < 9) || (x < 9 && y >= size - 8) || (x >= size - 8 && y < 9);
        bool versionBits = version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11));
        return finder || versionBits || x == 6 || y == 6 || IsAlignment(x, y);
    }

    private bool IsAlignment(int x, int y)
    {
        int[] centres = Alignment[version - 1];
        int last = size - 7;
        return centres.Any(cx => centres.Any(cy =>
            !((cx == 6 && cy == 6) || (cx == 6 && cy == last) || (cx == last && cy == 6)) && Math.Abs(x - cx) <= 2 && Math.Abs(y - cy) <= 2));
    }

    private static bool IsMasked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((y / 2) + (x / 3)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private byte[] Deinterleave(byte[] codewords)
    {
        (int data, int blocks) = Capacity[version - 1];
        int length = data / blocks;
        byte[] ordered = new byte[data];
        for (int i = 0; i < data; i++)
        {
            ordered[((i % blocks) * length) + (i / blocks)] = codewords[i];
        }

        return ordered;
    }

    private sealed class BitQueue(byte[] bytes)
    {
        private int next;

        public int Take(int count)
        {
            int value = 0;
            for (int i = 0; i < count; i++, next++)
            {
                value = (value << 1) | ((bytes[next / 8] >> (7 - (next % 8))) & 1);
            }

            return value;
        }
    }
}
