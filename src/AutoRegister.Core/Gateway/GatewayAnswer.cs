namespace AutoRegister.Core.Gateway;

/// <summary>What the device gateway answered to a device that proved who it is.</summary>
/// <param name="Protocol">The TLS version, for example <c>TLS 1.3</c>.</param>
/// <param name="Status">The HTTP status; a gateway need not have anything at <c>/</c>.</param>
/// <param name="Words">The beginning of the answer's body, one line.</param>
public sealed record GatewayAnswer(Uri Server, string Protocol, int Status, string Words);
