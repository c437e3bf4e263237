using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Errors;

/// <summary>What an answer that was not hoped for becomes: its sort, its words, and how long to wait.</summary>
public sealed class HttpAnswerTests
{
    private static readonly Uri Api = new("https://factory.example:8443/ota/devices/");

    [Theory]
    [InlineData(300, ErrorId.CaptivePortal)]
    [InlineData(302, ErrorId.CaptivePortal)]
    [InlineData(399, ErrorId.CaptivePortal)]
    [InlineData(400, ErrorId.RequestRejected)]
    [InlineData(401, ErrorId.ApiTokenRejected)]
    [InlineData(403, ErrorId.ApiTokenRejected)]
    [InlineData(404, ErrorId.ServerUnexpected)]
    [InlineData(408, ErrorId.ServerUnavailable)]
    [InlineData(409, ErrorId.DeviceConflict)]
    [InlineData(413, ErrorId.RequestRejected)]
    [InlineData(415, ErrorId.RequestRejected)]
    [InlineData(422, ErrorId.RequestRejected)]
    [InlineData(425, ErrorId.ServerUnavailable)]
    [InlineData(429, ErrorId.ServerUnavailable)]
    [InlineData(499, ErrorId.ServerUnexpected)]
    [InlineData(500, ErrorId.ServerUnavailable)]
    [InlineData(503, ErrorId.ServerUnavailable)]
    [InlineData(511, ErrorId.ServerUnavailable)]
    public void EveryStatusHasItsError(int status, ErrorId id) => Assert.Equal(id, Of(status, "{\"error\": \"no\"}").Id);

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    [InlineData(499)]
    public void ARefusalThatIsNotTheApisOwnIsNotFinal(int status)
    {
        foreach (string body in new[] { "no", "<html>no</html>", string.Empty, $"{status}", "\"no\"", "{", "{\"error\": \"cut o" })
        {
            AutoRegisterException error = Of(status, body);
            Assert.Equal((ErrorId.CaptivePortal, FailureSort.TryAgain, status, false), (error.Id, error.Sort, error.ServerAnswer!.Status, error.ServerAnswer.IsRefusalOfTheApi));
            Assert.Contains("not the registration API's own answer", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Missing request body")]
    [InlineData("Missing required field 'csr'")]
    [InlineData("Invalid data type for 'csr'")]
    [InlineData("Registration-reference does not support 'group' field")]
    [InlineData("Invalid factory(acme) must be other")]
    [InlineData("Unable to load PEM file. See https://cryptography.io/")]
    [InlineData("invalid literal for int() with base 16: '0xno'")]
    public void TheReferenceServersTextsAreAnApisOwn(string text)
    {
        // It labels them as pages.
        Assert.Equal(ErrorId.RequestRejected, Of(400, text, "text/html").Id);
        Assert.Equal(ErrorId.CaptivePortal, Of(403, text, "text/html").Id);
        Assert.Equal(ErrorId.DeviceConflict, Of(409, "{\"error\": \"exists\"}", "text/html").Id);
    }

    [Fact]
    public void AProxyThatWantsToKnowWhoAsksIsNoApi() => Assert.Equal(ErrorId.CaptivePortal, Of(407, "{\"error\": \"who are you\"}").Id);

    [Theory]
    [InlineData(200, "text/html", "x", ErrorId.CaptivePortal)]
    [InlineData(399, "text/plain", "  <html>", ErrorId.CaptivePortal)]
    [InlineData(200, "text/plain", "success", ErrorId.CaptivePortal)]
    [InlineData(400, "text/html", "<html>", ErrorId.CaptivePortal)]
    [InlineData(503, "text/html", "<html>", ErrorId.ServerUnavailable)]
    public void AWebPageIsAPortalWhereNothingWasRefused(int status, string type, string body, ErrorId id) => Assert.Equal(id, Of(status, body, type).Id);

    [Theory]
    [InlineData("{\"error\": \"the name is taken.\"}", "'https://factory.example:8443' answered HTTP_409: the name is taken.")]
    [InlineData("{\"other\": 1}", "'https://factory.example:8443' answered HTTP_409: {\"other\": 1}.")]
    [InlineData("[\"error\"]", "'https://factory.example:8443' answered HTTP_409: [\"error\"].")]
    public void TheServersOwnWordsAreKept(string body, string message)
    {
        Assert.StartsWith("'https://factory.example:8443' answered HTTP_409: plain words. That is not", Of(409, "plain words").Message, StringComparison.Ordinal);
        Assert.StartsWith("'https://factory.example:8443' answered HTTP_409. That is not", Of(409, string.Empty).Message, StringComparison.Ordinal);
        Assert.Equal(message, Of(409, body).Message);
        Assert.Equal(message, HttpErrors.FromAnswer(Api, 409, body).Message);
        Assert.Equal(409, HttpErrors.FromAnswer(Api, 409, body).ServerAnswer!.Status);
    }

    [Theory]
    [InlineData("{\"error\": \"taken\", \"code\": 7}", "error: taken|code: 7")]
    [InlineData("[1]", "[1]")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void AndCanBeShownALineEach(string body, string lines) => Assert.Equal(lines, string.Join('|', new ServerAnswer(409, body).Words));

    [Theory]
    [InlineData(7, 7)]
    [InlineData(3600, 3600)]
    [InlineData(3601, 3600)]
    [InlineData(999999, 3600)]
    public void RetryAfterInSecondsIsBounded(int asked, int wait) =>
        Assert.Equal(TimeSpan.FromSeconds(wait), Of(429, "x", retryAfter: new RetryConditionHeaderValue(TimeSpan.FromSeconds(asked))).RetryAfter);

    [Fact]
    public void RetryAfterMayBeADate()
    {
        TimeSpan? wait = Of(503, "x", retryAfter: new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddMinutes(30))).RetryAfter;
        Assert.InRange(wait!.Value, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(30));
        Assert.Equal(TimeSpan.FromHours(1), Of(503, "x", retryAfter: new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddDays(2))).RetryAfter);
    }

    [Fact]
    public void ADateIsMeasuredByTheServersClock()
    {
        DateTimeOffset theirs = DateTimeOffset.UtcNow.AddYears(-10);
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.Date = theirs;
        response.Headers.RetryAfter = new RetryConditionHeaderValue(theirs.AddMinutes(5));
        Assert.Equal(TimeSpan.FromMinutes(5), HttpErrors.FromAnswer(Api, response, string.Empty).RetryAfter);
    }

    [Fact]
    public void ATimeThatIsOverIsNoTimeToWait()
    {
        Assert.Null(Of(503, "x", retryAfter: new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddMinutes(-1))).RetryAfter);
        Assert.Null(Of(503, "x", retryAfter: new RetryConditionHeaderValue(TimeSpan.Zero)).RetryAfter);
        Assert.Null(Of(503, "x").RetryAfter);
    }

    [Fact]
    public void ALargeAnswerIsNamedInKibibytes() => Assert.Contains(" 64 KiB", HttpErrors.TooLarge(Api, 65536).Message, StringComparison.Ordinal);

    private static AutoRegisterException Of(int status, string body, string type = "text/plain", RetryConditionHeaderValue? retryAfter = null)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        response.Headers.RetryAfter = retryAfter;
        return HttpErrors.FromAnswer(Api, response, body);
    }
}
