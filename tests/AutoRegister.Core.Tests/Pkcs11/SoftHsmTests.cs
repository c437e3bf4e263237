using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// Tests that use SoftHSM2. One at a time: SOFTHSM2_CONF and the initialised module belong to the process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoftHsmTests
{
    public const string Name = "SoftHSM2";
}
