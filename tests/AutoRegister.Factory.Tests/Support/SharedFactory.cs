using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>One factory for all the tests that need no particular one.</summary>
public sealed class SharedFactory : IAsyncLifetime
{
    /// <summary>The factory.</summary>
    public FactoryProcess Process { get; private set; } = null!;

    /// <summary>A client of it.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Process = await FactoryProcess.StartAsync("--oauth-interval", "0");
        Client = FactoryClient.Open(Process);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }
}

/// <summary>The collection whose tests share it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedFactoryTests : ICollectionFixture<SharedFactory>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "shared factory";
}
