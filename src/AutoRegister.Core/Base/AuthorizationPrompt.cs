namespace AutoRegister.Core.Base;

/// <summary>What a person needs in order to authorise a device. All texts are fit for a terminal.</summary>
public sealed record AuthorizationPrompt
{
    /// <summary>The page to open.</summary>
    public required string VerificationUri { get; init; }

    /// <summary>The page with the code in it; <see langword="null"/> when the server offers none.</summary>
    public string? VerificationUriComplete { get; init; }

    /// <summary>The code to enter there.</summary>
    public required string UserCode { get; init; }

    /// <summary>The device that waits.</summary>
    public required string Uuid { get; init; }

    /// <summary>How long the code is good for.</summary>
    public required TimeSpan ExpiresIn { get; init; }

    /// <summary>The link as a QR code in half blocks, lines joined with <c>\n</c>; empty when it is too long for one.</summary>
    public required string QrCode { get; init; }

    /// <summary>The link that says most.</summary>
    public string Link => VerificationUriComplete ?? VerificationUri;

    /// <summary>The whole prompt as a person reads it.</summary>
    public override string ToString() =>
        $"""
        Open this link in a browser to authorise the device. It expires in {Math.Ceiling(ExpiresIn.TotalMinutes)} minutes.

          Device:  {Uuid}
          Code:    {UserCode}
          Link:    {VerificationUri}
          Direct:  {Link}

        {QrCode}
        """;
}
