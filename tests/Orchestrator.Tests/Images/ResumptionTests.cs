using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Images;

namespace Orchestrator.Tests.Images;

public sealed class ResumptionTests
{
    private static readonly Uri Url = new("https://images.example/x.qcow2");
    private static readonly PartialVersion Known = new(Url, "\"1\"", null, 100);

    [Fact]
    public void The_rest_is_asked_for_by_the_version_that_the_part_is_of()
    {
        Assert.Equal("\"1\"", Resumption.ValidatorFor(Known, Url, 40));
        Assert.Equal("Mon, 30 Nov 2026 12:00:00 GMT", Resumption.ValidatorFor(Known with { ETag = null, LastModified = "Mon, 30 Nov 2026 12:00:00 GMT" }, Url, 40));
        Assert.Equal("\"1\"", Resumption.ValidatorFor(Known with { Length = null }, Url, 400));
    }

    [Fact]
    public void All_of_it_is_asked_for_where_there_is_no_part_or_nobody_knows_what_it_is_a_part_of()
    {
        Assert.Null(Resumption.ValidatorFor(null, Url, 40));
        Assert.Null(Resumption.ValidatorFor(Known, Url, 0));
        Assert.Null(Resumption.ValidatorFor(Known with { ETag = null }, Url, 40));
        Assert.Null(Resumption.ValidatorFor(Known, new Uri("https://mirror.example/x.qcow2"), 40));
        Assert.Null(Resumption.ValidatorFor(Known, Url, 101));
    }

    [Fact]
    public void A_weak_version_may_stand_for_other_bytes_and_is_none()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(new byte[7]) };
        response.Headers.ETag = new EntityTagHeaderValue("\"1\"", isWeak: true);

        Assert.Equal(new PartialVersion(Url, null, null, 7), Resumption.VersionOf(Url, response.Headers, response.Content.Headers));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, null, 40, 0)]
    [InlineData(HttpStatusCode.OK, null, 0, 0)]
    [InlineData(HttpStatusCode.PartialContent, "bytes 40-99/100", 40, 40)]
    [InlineData(HttpStatusCode.PartialContent, "bytes 40-99/*", 40, 40)]
    [InlineData(HttpStatusCode.PartialContent, "bytes 41-99/100", 40, null)]
    [InlineData(HttpStatusCode.PartialContent, "bytes 0-99/100", 0, null)]
    [InlineData(HttpStatusCode.PartialContent, "lines 40-99/100", 40, null)]
    [InlineData(HttpStatusCode.PartialContent, null, 40, null)]
    [InlineData(HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */30", 40, null)]
    public void What_an_answer_brings_begins_where_it_was_asked_to_or_at_the_start_or_is_of_no_use(HttpStatusCode status, string? range, long asked, int? start) =>
        Assert.Equal(start, Resumption.StartOf(status, range is null ? null : ContentRangeHeaderValue.Parse(range), asked));

    [Theory]
    [InlineData("https://a.example/x", "https://b.example/x", true)]
    [InlineData("https://a.example/x", "http://a.example/x", false)]
    [InlineData("https://a.example/x", "http://127.0.0.1/x", false)]
    [InlineData("https://a.example/x", "https://user:word@b.example/x", false)]
    [InlineData("https://a.example/x", "file:///etc/passwd", false)]
    [InlineData("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/y", true)]
    [InlineData("http://[::1]:8000/x", "http://[::1]:8000/y", true)]
    [InlineData("http://127.0.0.1:8000/x", "http://127.0.0.1:8001/y", false)]
    [InlineData("http://127.0.0.1:8000/x", "http://127.0.0.2:8000/y", false)]
    [InlineData("http://127.0.0.1:8000/x", "https://a.example/y", false)]
    public void A_redirect_leads_from_https_to_https_or_within_this_hosts_server(string from, string to, bool followed) =>
        Assert.Equal(followed, FileServer.MayFollow(new Uri(from), new Uri(to)));
}
