using AutoRegister.Core.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What is warmed must be the real way: a rehearsal that fails half-way would warm nothing, and nobody would hear of it.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task ItGoesTheWholeWay() => await Rehearsal.RunAsync();
}
