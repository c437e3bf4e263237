namespace AutoRegister.Core.Api;

/// <summary>What an OAuth server answered: 200, or 400 with the reason (RFC 6749, section 5.2).</summary>
/// <param name="Body">The body; it may hold a token.</param>
internal sealed record OAuthReply(int Status, byte[] Body)
{
    /// <summary>Whether the body is what was asked for.</summary>
    internal bool Succeeded => Status == 200;
}
