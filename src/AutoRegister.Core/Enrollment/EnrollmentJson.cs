using System.Text.Json.Serialization;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Enrollment;

/// <summary>JSON of the wire and the journal, generated at compile time: reflection would cost start-up time on the device.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(RegistrationRequest))]
internal sealed partial class EnrollmentJson : JsonSerializerContext;
