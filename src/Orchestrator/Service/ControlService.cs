using Microsoft.Extensions.Hosting;
using Orchestrator.Operations;
using Orchestrator.State;

namespace Orchestrator.Service;

/// <summary>Lets other processes command the service while it runs.</summary>
internal sealed class ControlService(StateDirectory state, Supervisor supervisor, TimeProvider time) : IHostedService
{
    private ControlServer? _server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server = ControlServer.Start(state.ControlSocket, AnswerAsync, time);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<ControlResponse> AnswerAsync(ControlRequest request, CancellationToken cancellationToken) => request switch
    {
        { Command: ControlRequest.Stop, Run: { } run } => await supervisor.StopRunAsync(run, request.Now, cancellationToken)
            ? new ControlResponse()
            : new ControlResponse($"run {run}: the service does not command it; 'orchestrator list' shows how it stands, and the service's log why"),
        { Command: ControlRequest.Status } => new ControlResponse(Instances: await supervisor.IdleAsync(cancellationToken)),
        _ => new ControlResponse($"the service knows no command '{request.Command}': is it older than this program?"),
    };
}
