using System.Text.Json.Serialization;

namespace AutoRegister.Core.Files;

/// <summary>JSON of a <see cref="JournalOrigin"/> that stands alone, beside a token.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JournalOrigin))]
internal sealed partial class OriginJson : JsonSerializerContext;
