using AutoRegister.Core.Keys.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Keys.Pkcs11;

/// <summary>It knows Pkcs11Interop from within: another version of it must not make it a silent nothing.</summary>
public sealed class CallStubsTests
{
    [Fact]
    public void TheyCanBePrepared() => CallStubs.Prepare();
}
