namespace AutoRegister.Cmdlets;

/// <summary>
/// Whose the secrets are that pass through a pipeline: the pipeline's, as long as only its cmdlets have them; whoever gets an object out
/// of it, from then on.
/// </summary>
internal static class PipelineEnd
{
    /// <summary>Says that the pipeline ends with an object.</summary>
    internal static void At(object item, bool finished) => ConfigOf(item)?.EndOfPipeline(finished);

    /// <summary>The object as it leaves the pipeline.</summary>
    internal static object HandOut(object item) => item switch
    {
        DeviceKey key => key with { Config = key.Config.HandedOut() },
        DeviceRegistration registration => registration with { Key = registration.Key with { Config = registration.Key.Config.HandedOut() } },
        _ => item,
    };

    private static SotaConfig? ConfigOf(object item) => item switch
    {
        SotaConfig config => config,
        DeviceKey key => key.Config,
        DeviceRegistration registration => registration.Key.Config,
        _ => null,
    };
}
