namespace Orchestrator.Drivers.Host.Machines;

/// <summary>What to undo when a step of several fails, the last thing first. Nothing is undone after <see cref="Commit"/>.</summary>
internal sealed class Rollback : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _steps = new();

    /// <summary>Registers how to undo what was just done.</summary>
    public void Push(Action undo) => _steps.Push(() =>
    {
        undo();
        return ValueTask.CompletedTask;
    });

    /// <summary>Registers how to undo what was just done.</summary>
    public void Push(Func<ValueTask> undo) => _steps.Push(undo);

    /// <summary>All went well.</summary>
    public void Commit() => _steps.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var undo))
        {
            try
            {
                await undo().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OrchestratorException)
            {
                // The failure that led here is what the user must read; the other steps must still be undone.
            }
        }
    }
}
