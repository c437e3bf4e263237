using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Reads what this device is told to be. Each setting of <see cref="SettingCatalogue"/> comes from the first layer that has it:
/// parameter, environment, file, default. The first problem ends the reading, in the order of <see cref="ReadingTurn"/>.
/// </summary>
/// <param name="environment">Looks up a variable of the environment; <see langword="null"/> when it is not set.</param>
/// <param name="observer">Gets warnings and details.</param>
public sealed class SotaConfigReader(SotaConfigOptions options, Func<string, string?> environment, IRegistrationObserver observer)
{
    /// <summary>Reads the configuration.</summary>
    /// <returns>The configuration. Its secrets are its own: dispose of them when the work is done.</returns>
    /// <exception cref="AutoRegisterException">The first problem, with an id of the configuration.</exception>
    public SotaConfig Read()
    {
        var inputs = new SettingInputs(options, environment, observer);
        RootedPath.RequireRoot(inputs.Root);
        using var draft = new SotaConfigDraft(inputs);
        draft.Read();
        return draft.Complete();
    }
}
