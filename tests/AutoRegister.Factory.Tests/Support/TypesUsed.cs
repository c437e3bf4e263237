using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>The types that a compiled type names: in its members, its code and what the compiler made inside of it.</summary>
internal static class TypesUsed
{
    /// <summary>All of them, the outermost of nested ones; some come more than once.</summary>
    public static IEnumerable<TypeReference> By(TypeDefinition type) => Named(type).SelectMany(Parts).Select(Outermost).Concat(type.NestedTypes.SelectMany(By));

    private static IEnumerable<TypeReference?> Named(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(one => one.InterfaceType),
        .. type.Fields.Select(field => field.FieldType),
        .. type.CustomAttributes.Concat(type.Methods.SelectMany(method => method.CustomAttributes)).SelectMany(InAttribute),
        .. type.GenericParameters.Concat(type.Methods.SelectMany(method => method.GenericParameters)).SelectMany(one => one.Constraints).Select(one => one.ConstraintType),
        .. type.Methods.SelectMany(InSignature),
        .. type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Variables).Select(variable => variable.VariableType),
        .. type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.ExceptionHandlers).Select(handler => handler.CatchType),
        .. type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).SelectMany(InInstruction),
    ];

    private static IEnumerable<TypeReference?> InInstruction(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [.. InSignature(method.ElementMethod), .. method.GenericArguments],
        MethodReference method => InSignature(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> InSignature(MethodReference method) =>
        [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];

    private static IEnumerable<TypeReference?> InAttribute(CustomAttribute attribute) =>
        [attribute.AttributeType, .. attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference)];

    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [.. Parts(generic.ElementType), .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);
}
