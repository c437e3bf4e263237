namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>One local factory for all tests that ask nothing special of it: it takes longer to start than most of them take.</summary>
public sealed class FactoryFixture
{
    private static readonly Lazy<LocalFactory> Shared = new(Start);

    public LocalFactory Factory { get; } = Shared.Value;

    private static LocalFactory Start()
    {
        var factory = new LocalFactory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => factory.Dispose();
        return factory;
    }
}
