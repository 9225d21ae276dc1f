using System.Net;
using Orchestrator.GitHub;

namespace Orchestrator.Tests.GitHub;

public sealed class SameOriginRedirectsTests
{
    [Theory]
    [InlineData("https://api.github.com/a", "http://api.github.com/a", "http://api.github.com")]
    [InlineData("https://api.github.com/a", "http://api.github.com:443/a", "http://api.github.com:443")]
    [InlineData("https://api.github.com/a", "https://api.github.com:8443/a", "https://api.github.com:8443")]
    [InlineData("https://api.github.com/a", "https://api.github.com.example/a", "https://api.github.com.example")]
    public async Task Neither_plain_http_nor_another_port_or_host_gets_what_was_meant_for_one_server(string from, string to, string named)
    {
        var asked = new List<string>();

        var refusal = await Assert.ThrowsAsync<ExplainedException>(() => SendAsync(HttpMethod.Get, from, asked, (HttpStatusCode.Found, to)));

        Assert.StartsWith($"api.github.com sends us to {named} (302), which is not to see the token: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([$"GET {from}"], asked);
    }

    [Theory]
    [InlineData(HttpStatusCode.MovedPermanently, "POST")]
    [InlineData(HttpStatusCode.Found, "POST")]
    [InlineData(HttpStatusCode.SeeOther, "GET")]
    [InlineData(HttpStatusCode.TemporaryRedirect, "POST")]
    [InlineData(HttpStatusCode.PermanentRedirect, "POST")]
    public async Task What_was_asked_is_asked_again_unless_the_answer_is_to_be_fetched(HttpStatusCode status, string method)
    {
        var asked = new List<string>();

        using var answer = await SendAsync(HttpMethod.Post, "https://api.github.com/repos/a/b", asked, (status, "/repositories/7"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["POST https://api.github.com/repos/a/b", $"{method} https://api.github.com/repositories/7"], asked);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string url, List<string> asked, (HttpStatusCode Status, string Location) answer)
    {
        using var client = new HttpMessageInvoker(new SameOriginRedirects(new Scripted(asked, answer)));
        using var request = new HttpRequestMessage(method, url);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    // Redirects once.
    private sealed class Scripted(List<string> asked, (HttpStatusCode Status, string Location) answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked.Add($"{request.Method} {request.RequestUri!.AbsoluteUri}");
            var response = new HttpResponseMessage(asked.Count == 1 ? answer.Status : HttpStatusCode.OK);
            if (asked.Count == 1)
            {
                response.Headers.Location = new Uri(answer.Location, UriKind.RelativeOrAbsolute);
            }

            return Task.FromResult(response);
        }
    }
}
