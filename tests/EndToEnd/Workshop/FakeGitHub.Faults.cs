using System.Collections.Concurrent;
using System.IO.Enumeration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using WireMock.ResponseBuilders;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What goes wrong with it.</summary>
public sealed partial class FakeGitHub
{
    /// <summary>Where an answer of a fault is to have what this one mints.</summary>
    public const string AnySecret = "{SECRET}";

    private readonly ConcurrentStack<Guid> _faults = [];
    private (string Method, string Path, string Text)? _cut;

    /// <summary>Has something go wrong whenever it is asked this, until it is mended.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the API's root; the last part may be <c>*</c>.</param>
    /// <param name="fault">What.</param>
    public void Break(string method, string path, GitHubFault fault)
    {
        if (fault.Kind == GitHubFaultKind.Cut)
        {
            _cut = (method, Root + path, TextOf(fault));
            return;
        }

        var id = Guid.NewGuid();
        _faults.Push(id);
        Given(method, path)
            .WithGuid(id)
            .WithTitle(fault.Kind == GitHubFaultKind.Refusal ? method : Broken)
            .RespondWith(Response.Create().WithCallback(async request =>
            {
                if (path == Repository)
                {
                    Count();
                }

                if (fault.Kind == GitHubFaultKind.Silence)
                {
                    await _released.Task;
                }

                return fault.Kind == GitHubFaultKind.Refusal
                    ? Refuse(request, fault.Status, fault.Text, fault.Headers)
                    : ReplyOf(fault.Status, TextOf(fault), fault.Headers);
            }));
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Mend()
    {
        _cut = null;
        while (_faults.TryPop(out var id))
        {
            _server.DeleteMapping(id);
        }
    }

    private string TextOf(GitHubFault fault) => fault.Text.Replace(AnySecret, Minted.Value, StringComparison.Ordinal);

    // WireMock itself ends what it began.
    private void BreakOff(object application) => ((IApplicationBuilder)application).Use(async (HttpContext context, RequestDelegate next) =>
    {
        if (_cut is not { } cut || cut.Method != context.Request.Method || !FileSystemName.MatchesSimpleExpression(cut.Path, context.Request.Path.Value, ignoreCase: false))
        {
            await next(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(cut.Text);
        await context.Response.Body.FlushAsync();
        context.Abort();
    });
}
