namespace Orchestrator.Operations;

/// <summary>Joins a person's keyboard and screen to a guest's console until either end, or the escape key.</summary>
/// <param name="keyboard">What is typed.</param>
/// <param name="screen">Where it is shown.</param>
internal sealed class ConsoleSession(Stream keyboard, Stream screen)
{
    /// <summary>Ctrl+], as in <c>virsh console</c>.</summary>
    public const byte EscapeKey = 0x1D;

    /// <summary>Joins them.</summary>
    /// <returns>True when the person left, false when the machine is over.</returns>
    public async Task<bool> RunAsync(Stream console, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = ShowAsync(console, enough.Token);
        var typing = TypeAsync(console, enough.Token);
        var first = await Task.WhenAny(showing, typing);
        var left = first == typing && await typing;
        if (!left)
        {
            // Nothing more will be typed, as at the end of a pipe; what the guest says is still wanted.
            await showing;
        }

        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return left;
    }

    private async Task ShowAsync(Stream console, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[4096];
            while (await console.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await screen.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await screen.FlushAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The machine is over, or the person has left.
        }
    }

    private async Task<bool> TypeAsync(Stream console, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[256];
            while (await keyboard.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                var escape = buffer.AsSpan(0, count).IndexOf(EscapeKey);
                await console.WriteAsync(buffer.AsMemory(0, escape < 0 ? count : escape), cancellationToken);
                if (escape >= 0)
                {
                    return true;
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // As above.
        }

        return false;
    }
}
