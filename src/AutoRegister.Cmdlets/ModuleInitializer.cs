using System.ComponentModel;
using System.Management.Automation;

namespace AutoRegister.Cmdlets;

/// <summary>What the engine calls when it has imported the cmdlets.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport()
    {
        if (StartupHook.HasBegun)
        {
            new FirstBootDelegates().AddAll();
        }
    }
}
