namespace AutoRegister.Factory.Http;

/// <summary>Marks a route whose clients show a person what they are answered, as the reference server's do: a malformed request is told so in plain text.</summary>
internal sealed class PlainErrors;
