using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary>Each of some values with each of some others.</summary>
internal static class Matrix
{
    internal static TheoryData<T1, T2> Of<T1, T2>(IReadOnlyCollection<T1> ones, IReadOnlyCollection<T2> others)
    {
        var rows = new TheoryData<T1, T2>();
        foreach (T1 one in ones)
        {
            foreach (T2 other in others)
            {
                rows.Add(one, other);
            }
        }

        return rows;
    }
}
