using System.Collections;
using System.Reflection;
using AutoRegister.Core.Base;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary>What PowerShell shows of the objects that cmdlets hand out, by itself: in lists, tables, CSV and JSON.</summary>
public sealed class ShownTests
{
    private static readonly Type[] HandedOut =
    [
        typeof(SotaConfig), typeof(DeviceKey), typeof(DeviceRegistration), typeof(ExportedCredentials), typeof(ExportedEnrollment),
        typeof(HsmSlot), typeof(HsmObject), typeof(CheckResult), typeof(DeviceReport),
    ];

    public static TheoryData<Type> Types
    {
        get
        {
            var all = new HashSet<Type>();
            var waiting = new Queue<Type>(HandedOut);
            while (waiting.TryDequeue(out Type? type))
            {
                if (all.Add(type))
                {
                    foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    {
                        foreach (Type part in Parts(property.PropertyType).Where(part => part.Assembly == typeof(SotaConfig).Assembly))
                        {
                            waiting.Enqueue(part);
                        }
                    }
                }
            }

            return [.. all];
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_says_in_a_few_words_what_it_is(Type type)
    {
        // A record's own text repeats every property, and a class's is its name.
        MethodInfo text = type.GetMethod(nameof(ToString), Type.EmptyTypes)!;
        Assert.True(type.IsEnum || (text.DeclaringType == type && text.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null), type.FullName);
    }

    [Fact]
    public void Each_enumeration_is_of_64_bits()
    {
        // ConvertTo-Json writes those by their names and all others as numbers.
        foreach (Type type in typeof(SotaConfig).Assembly.GetExportedTypes().Where(type => type.IsEnum))
        {
            Assert.True(type.GetEnumUnderlyingType() == typeof(long), type.FullName);
        }
    }

    [Fact]
    public void A_secret_has_no_property_that_says_how_long_it_is() =>
        Assert.Equal([nameof(Secret.IsDisposed)], typeof(Secret).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name));

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts)
        : type.IsArray ? Parts(type.GetElementType()!)
        : typeof(IEnumerable).IsAssignableFrom(type) ? []
        : [type];
}
