using Orchestrator.Runs;

namespace Orchestrator.Service.Running;

/// <summary>A run that this service answers for.</summary>
internal sealed class ActiveRun : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _id;

    /// <summary>Ends it, or leaves it.</summary>
    public StopRequests Stop { get; } = new();

    /// <summary>Its run id; null before there is one.</summary>
    public string? Id => Volatile.Read(ref _id);

    /// <summary>Completes when nothing more is to be done about it.</summary>
    public Task Over => _over.Task;

    /// <summary>Something happened to it.</summary>
    public void Note(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Created created:
                Volatile.Write(ref _id, created.Run.Value);
                break;
            case RunEvent.Adopted adopted:
                Volatile.Write(ref _id, adopted.Run.Value);
                break;
        }
    }

    /// <summary>Nothing more is to be done about it.</summary>
    public void Dispose()
    {
        Stop.Dispose();
        _over.TrySetResult();
    }
}
