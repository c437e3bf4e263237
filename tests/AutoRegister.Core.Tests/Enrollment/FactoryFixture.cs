namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>One local factory for all tests of a class.</summary>
public sealed class FactoryFixture : IDisposable
{
    public LocalFactory Factory { get; } = new();

    public void Dispose() => Factory.Dispose();
}
