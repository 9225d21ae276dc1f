using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Service.Running;

/// <summary>A run that this service answers for.</summary>
/// <param name="id">Its run id, where it is an earlier service's; null before there is one.</param>
internal sealed class ActiveRun(string? id) : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _id = id;
    private TaskCompletionSource<string> _spared = new(TaskCreationOptions.RunContinuationsAsynchronously); // the next time, whoever asked

    /// <summary>Ends it, or leaves it.</summary>
    public StopRequests Stop { get; } = new();

    /// <summary>Its run id; null before there is one.</summary>
    public string? Id => Volatile.Read(ref _id);

    /// <summary>Completes when nothing more is to be done about it.</summary>
    public Task Over => _over.Task;

    /// <summary>Asks it to end where it has no job.</summary>
    /// <returns>Completes when it is over, or goes on; says why then.</returns>
    public async Task<string?> RetireAsync(RetireReason reason)
    {
        var spared = Volatile.Read(ref _spared).Task;
        if (reason is RetireReason.Asked)
        {
            Stop.RequestUnlessBusy();
        }
        else
        {
            Stop.Retire(reason);
        }

        return await Task.WhenAny(Over, spared) == spared ? await spared : null;
    }

    /// <summary>Something happened to it.</summary>
    public void Note(RunEvent happened)
    {
        if (happened is RunEvent.Spared(var why))
        {
            Interlocked.Exchange(ref _spared, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(why);
        }

        if (happened is RunEvent.Created created)
        {
            Volatile.Write(ref _id, created.Run.Value);
        }
    }

    /// <summary>Nothing more is to be done about it.</summary>
    public void Dispose()
    {
        Stop.Dispose();
        _over.TrySetResult();
    }
}
