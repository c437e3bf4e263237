namespace FaultServer;

/// <summary>Where correct answers come from.</summary>
public interface IOrigin
{
    /// <summary>Answers a registration request.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The correct answer.</returns>
    Task<HttpReply> AnswerAsync(HttpCall asked, CancellationToken cancellation);
}
