using System.Management.Automation;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Cmdlets;

/// <summary>Gets the catalogue of settings. Not exported: it is for the script that takes upstream's command line.</summary>
[Cmdlet(VerbsCommon.Get, "SettingDefinition")]
[OutputType(typeof(SettingDefinition))]
public sealed class GetSettingDefinitionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(SettingCatalogue.All, enumerateCollection: true);
}
