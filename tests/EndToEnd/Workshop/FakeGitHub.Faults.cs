using System.Collections.Concurrent;
using WireMock.ResponseBuilders;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What goes wrong with it.</summary>
public sealed partial class FakeGitHub
{
    private readonly ConcurrentStack<Guid> _faults = [];

    /// <summary>Has something go wrong whenever it is asked this, until it is mended.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the API's root; the last part may be <c>*</c>.</param>
    /// <param name="fault">What.</param>
    public void Break(string method, string path, GitHubFault fault)
    {
        var id = Guid.NewGuid();
        _faults.Push(id);
        Given(method, path)
            .WithGuid(id)
            .WithTitle(fault.Kind is GitHubFaultKind.Page or GitHubFaultKind.Cut ? Broken : method)
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
                    : ReplyOf(fault.Status, fault.Text, fault.Kind == GitHubFaultKind.Cut ? [("Content-Length", "4096")] : fault.Headers);
            }));
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Mend()
    {
        while (_faults.TryPop(out var id))
        {
            _server.DeleteMapping(id);
        }
    }
}
