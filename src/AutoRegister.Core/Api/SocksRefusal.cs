namespace AutoRegister.Core.Api;

/// <summary>A SOCKS proxy did not make the connection.</summary>
/// <param name="problem">Why, as the end of a sentence about the proxy.</param>
/// <param name="cause">What was thrown, if anything was.</param>
internal sealed class SocksRefusal(string problem, Exception? cause = null) : IOException(problem, cause);
