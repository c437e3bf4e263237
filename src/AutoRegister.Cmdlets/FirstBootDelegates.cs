using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;

namespace AutoRegister.Cmdlets;

/// <summary>
/// At a cmdlet's first use the engine compiles how it is made, and how each of its parameters is set: some 30 ms of a first boot. For the
/// commands it starts with, it has such delegates in its caches from the beginning; these are those of the first boot's pipeline. An
/// engine that keeps them elsewhere compiles them as before.
/// </summary>
internal sealed class FirstBootDelegates
{
    private readonly ConcurrentDictionary<Type, Func<Cmdlet>>? makers = Cache<ConcurrentDictionary<Type, Func<Cmdlet>>>("CommandProcessor", "s_constructInstanceCache");

    private readonly ConcurrentDictionary<Tuple<Type, string>, Func<object, object?>>? getters =
        Cache<ConcurrentDictionary<Tuple<Type, string>, Func<object, object?>>>("ReflectionParameterBinder", "s_getterMethods");

    private readonly ConcurrentDictionary<Tuple<Type, string>, Action<object, object?>>? setters =
        Cache<ConcurrentDictionary<Tuple<Type, string>, Action<object, object?>>>("ReflectionParameterBinder", "s_setterMethods");

    /// <summary>Adds those of every cmdlet and parameter that the first-boot script names.</summary>
    internal void AddAll()
    {
        AddMaker(() => new GetSotaConfigCommand());
        AddSetter(nameof(GetSotaConfigCommand.Root), (GetSotaConfigCommand cmdlet, string? value) => cmdlet.Root = value);

        AddMaker(() => new NewHsmDeviceKeyCommand());
        AddGetter(nameof(NewHsmDeviceKeyCommand.Config), (NewHsmDeviceKeyCommand cmdlet) => cmdlet.Config);
        AddSetter(nameof(NewHsmDeviceKeyCommand.Config), (NewHsmDeviceKeyCommand cmdlet, SotaConfig? value) => cmdlet.Config = value);

        AddMaker(() => new RegisterFoundriesDeviceCommand());
        AddGetter(nameof(RegisterFoundriesDeviceCommand.Key), (RegisterFoundriesDeviceCommand cmdlet) => cmdlet.Key);
        AddSetter(nameof(RegisterFoundriesDeviceCommand.Key), (RegisterFoundriesDeviceCommand cmdlet, DeviceKey? value) => cmdlet.Key = value);
        AddSetter(nameof(RegisterFoundriesDeviceCommand.RetryFor), (RegisterFoundriesDeviceCommand cmdlet, TimeSpan value) => cmdlet.RetryFor = value);

        AddMaker(() => new ExportSotaCredentialsCommand());
        AddGetter(nameof(ExportSotaCredentialsCommand.Registration), (ExportSotaCredentialsCommand cmdlet) => cmdlet.Registration);
        AddSetter(nameof(ExportSotaCredentialsCommand.Registration), (ExportSotaCredentialsCommand cmdlet, DeviceRegistration? value) => cmdlet.Registration = value);
        AddSetter(nameof(ExportSotaCredentialsCommand.StartOtaClient), (ExportSotaCredentialsCommand cmdlet, SwitchParameter value) => cmdlet.StartOtaClient = value);
        AddSetter(nameof(ExportSotaCredentialsCommand.RemoveApiToken), (ExportSotaCredentialsCommand cmdlet, SwitchParameter value) => cmdlet.RemoveApiToken = value);

        AddMaker(() => new OutRegistrationLogCommand());
        AddGetter(nameof(OutRegistrationLogCommand.InputObject), (OutRegistrationLogCommand cmdlet) => cmdlet.InputObject);
        AddSetter(nameof(OutRegistrationLogCommand.InputObject), (OutRegistrationLogCommand cmdlet, PSObject? value) => cmdlet.InputObject = value);
    }

    private static T? Cache<T>(string type, string field)
        where T : class =>
        typeof(PSObject).Assembly.GetType($"System.Management.Automation.{type}")?.GetField(field, BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) as T;

    private void AddMaker<T>(Func<T> make)
        where T : Cmdlet => makers?.TryAdd(typeof(T), make);

    private void AddSetter<T, TValue>(string parameter, Action<T, TValue?> set)
        where T : Cmdlet => setters?.TryAdd(Tuple.Create(typeof(T), parameter), (cmdlet, value) => set((T)cmdlet, (TValue?)value));

    // What comes from the pipeline is read before it is set, and put back before the next object.
    private void AddGetter<T>(string parameter, Func<T, object?> get)
        where T : Cmdlet => getters?.TryAdd(Tuple.Create(typeof(T), parameter), cmdlet => get((T)cmdlet));
}
