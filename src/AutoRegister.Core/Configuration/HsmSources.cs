namespace AutoRegister.Core.Configuration;

/// <summary>The HSM settings with their sources. The secrets are owned by whoever holds this.</summary>
internal sealed record HsmSources(Sourced<string> Module, Sourced<Secret> Pin, Sourced<Secret> SoPin, Sourced<string> Label) : IDisposable
{
    /// <summary>The settings alone.</summary>
    public HsmSettings Settings => new() { ModulePath = Module.Value, Pin = Pin.Value, SoPin = SoPin.Value, TokenLabel = Label.Value };

    /// <inheritdoc/>
    public void Dispose()
    {
        Pin.Value.Dispose();
        SoPin.Value.Dispose();
    }
}
