namespace Orchestrator.Conformance.Harness;

/// <summary>What somebody said so far, in order; others wait for a word of it. Thread-safe.</summary>
/// <param name="speaker">Who, for failures.</param>
public sealed class Transcript<T>(string speaker)
{
    // Generous, since emulated guests share a busy machine; nothing but a failure ever takes this long.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Lock _gate = new();
    private readonly List<T> _said = [];
    private readonly TaskCompletionSource _over = NewSource();
    private TaskCompletionSource _more = NewSource();

    public IReadOnlyList<T> Said
    {
        get
        {
            lock (_gate)
            {
                return [.. _said];
            }
        }
    }

    public void Add(T word)
    {
        lock (_gate)
        {
            _said.Add(word);
            _more.TrySetResult();
            _more = NewSource();
        }
    }

    public void Complete()
    {
        _over.TrySetResult();
        lock (_gate)
        {
            _more.TrySetResult();
        }
    }

    /// <summary>The first word that matches, once it is said; a failed test when it never is.</summary>
    public async Task<T> FirstAsync(Predicate<T> matches, string what, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            Task more;
            bool over;
            lock (_gate)
            {
                // In this order: what is said before the end counts.
                over = _over.Task.IsCompleted;
                var index = _said.FindIndex(matches);
                if (index >= 0)
                {
                    return _said[index];
                }

                more = _more.Task;
            }

            if (over)
            {
                throw Failure($"ended and never said {what}");
            }

            try
            {
                await more.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Failure($"did not say {what} in {Deadline.TotalSeconds} s");
            }
        }
    }

    /// <summary>Everything, once it is complete; a failed test when it never is.</summary>
    public async Task<IReadOnlyList<T>> AllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _over.Task.WaitAsync(Deadline, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Failure($"did not end in {Deadline.TotalSeconds} s");
        }

        return Said;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Xunit.Sdk.XunitException Failure(string what) =>
        new($"{speaker} {what}. It said:{Environment.NewLine}{string.Join(Environment.NewLine, Said)}");
}
