using System.Runtime.CompilerServices;
using AutoRegister;

// PowerShell looks for types in the default load context only, and this assembly is the one of ours that is there: [AutoRegister.SotaConfig]
// in a script is found here and leads to the private context.
[assembly: TypeForwardedTo(typeof(CheckResult))]
[assembly: TypeForwardedTo(typeof(DeviceKey))]
[assembly: TypeForwardedTo(typeof(DeviceRegistration))]
[assembly: TypeForwardedTo(typeof(DeviceReport))]
[assembly: TypeForwardedTo(typeof(ExportedCredentials))]
[assembly: TypeForwardedTo(typeof(ExportedEnrollment))]
[assembly: TypeForwardedTo(typeof(HsmObject))]
[assembly: TypeForwardedTo(typeof(HsmSlot))]
[assembly: TypeForwardedTo(typeof(Setting))]
[assembly: TypeForwardedTo(typeof(SotaConfig))]
