namespace AutoRegister.Core.Base;

/// <summary>How far two words are apart: letters put in, left out, exchanged, or in the wrong order (optimal string alignment).</summary>
internal static class EditDistance
{
    /// <summary>Counts the slips between two words; one that is another letter may weigh more than the others.</summary>
    /// <param name="exchanged">What another letter counts.</param>
    /// <returns>0 for the same word.</returns>
    public static int Between(string one, string other, int exchanged = 1)
    {
        int[,] cost = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : exchanged);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[one.Length, other.Length];
    }
}
