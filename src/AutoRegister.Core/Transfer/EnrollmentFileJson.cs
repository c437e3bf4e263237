using System.Text.Json.Serialization;

namespace AutoRegister.Core.Transfer;

/// <summary>JSON of the file, generated at compile time and apart from the journal's: a device on its first boot does not need it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    MaxDepth = EnrollmentFileFormat.DeepestNesting,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EnrollmentFile))]
internal sealed partial class EnrollmentFileJson : JsonSerializerContext;
