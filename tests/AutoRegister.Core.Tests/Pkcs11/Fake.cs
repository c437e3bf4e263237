using System.Reflection;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// A fake before something real of Pkcs11Interop's: single answers are changed, for what no module that can be had here does. All
/// others are SoftHSM2's own.
/// </summary>
public class Fake : DispatchProxy
{
    private object target = null!;
    private Func<string, object?[], object?> answer = null!;

    /// <summary>What an answer is when the real one is to be given.</summary>
    internal static object Real { get; } = new();

    /// <summary>Puts a fake before it.</summary>
    /// <param name="answer">Gets the name of a method or property, and its arguments.</param>
    internal static T Before<T>(T target, Func<string, object?[], object?> answer)
        where T : class
    {
        T proxy = Create<T, Fake>();
        var fake = (Fake)(object)proxy;
        (fake.target, fake.answer) = (target, answer);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        string name = targetMethod!.IsSpecialName ? targetMethod.Name[(targetMethod.Name.IndexOf('_', StringComparison.Ordinal) + 1)..] : targetMethod.Name;
        object? given = answer(name, args ?? []);
        return given == Real ? targetMethod.Invoke(target, BindingFlags.DoNotWrapExceptions, null, args, null) : given;
    }
}
