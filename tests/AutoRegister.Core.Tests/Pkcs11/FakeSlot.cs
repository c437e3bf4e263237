using System.Reflection;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// A fake: stands between our code and a real slot of SoftHSM2 and changes single answers, for what no module that can be had here
/// does. Everything else is SoftHSM2's own.
/// </summary>
public class FakeSlot : DispatchProxy
{
    private object target = null!;
    private Func<MethodInfo, object?[], object?> answer = null!;

    /// <summary>What an answer is when the real one is to be given.</summary>
    internal static object Real { get; } = new();

    /// <summary>Puts a fake before something of Pkcs11Interop's.</summary>
    internal static T Before<T>(T target, Func<MethodInfo, object?[], object?> answer)
        where T : class
    {
        T proxy = Create<T, FakeSlot>();
        var fake = (FakeSlot)(object)proxy;
        (fake.target, fake.answer) = (target, answer);
        return proxy;
    }

    /// <summary>A slot whose token gives itself this label, padded as the module pads it.</summary>
    internal static ISlot WithLabel(ISlot slot, string label) => Before(slot, (method, _) => method.Name != nameof(ISlot.GetTokenInfo)
        ? Real
        : Before(slot.GetTokenInfo(), (property, _) => property.Name == "get_Label" ? label : Real));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        object? given = answer(targetMethod!, args ?? []);
        return given == Real ? targetMethod!.Invoke(target, BindingFlags.DoNotWrapExceptions, null, args, null) : given;
    }
}
