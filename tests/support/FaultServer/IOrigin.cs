namespace FaultServer;

/// <summary>Where correct answers come from.</summary>
public interface IOrigin
{
    /// <summary>Answers a registration request.</summary>
    /// <param name="received">The request.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The correct answer.</returns>
    Task<HttpReply> AnswerAsync(HttpCall received, CancellationToken cancellation);
}
