using System.Text;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance.Harness;

/// <summary>A machine whose events and console are being read into transcripts.</summary>
public sealed class WatchedMachine : IAsyncDisposable
{
    private const string GuestPrefix = "guest: ";

    private readonly Stream _consoleStream;
    private readonly CancellationTokenSource _enough = new();
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _listening;
    private readonly Task _reading;
    private bool _letGo;

    private WatchedMachine(VmSpec spec, IVirtualMachine machine, Stream console, bool removesMedium)
    {
        Spec = spec;
        Machine = machine;
        _consoleStream = console;
        _listening = Task.Run(() => ListenAsync(removesMedium));
        _reading = Task.Run(ReadConsoleAsync);
    }

    public VmSpec Spec { get; }

    public IVirtualMachine Machine { get; }

    public Transcript<VmEvent> Events { get; } = new("the driver");

    /// <summary>What the guest said, without the prefix of its lines.</summary>
    public Transcript<string> Guest { get; } = new("the guest");

    /// <summary>Every line of the console, that of the firmware and of kernels included.</summary>
    public Transcript<string> Console { get; } = new("the console");

    /// <summary>When the first <see cref="VmEvent.TrayOpened"/> was here, a timestamp of <see cref="TimeProvider.System"/>.</summary>
    public long TrayOpenedAt { get; private set; }

    /// <summary>When the removal that follows the first <see cref="VmEvent.TrayOpened"/> returned.</summary>
    public long RemovedAt { get; private set; }

    /// <summary>Completes when the removal that follows the first <see cref="VmEvent.TrayOpened"/> returned.</summary>
    public Task Removed => _removed.Task;

    /// <summary>Watches a machine.</summary>
    /// <param name="spec">What it was to be.</param>
    /// <param name="machine">The machine; owned from here on.</param>
    /// <param name="removesMedium">Do as the run lifecycle does: when the tray opens, remove the medium.</param>
    public static async Task<WatchedMachine> WatchAsync(
        VmSpec spec, IVirtualMachine machine, bool removesMedium, CancellationToken cancellationToken) =>
        Watch(spec, machine, await machine.OpenConsoleAsync(cancellationToken), removesMedium);

    /// <summary>Watches a machine by a console that is open already.</summary>
    /// <param name="spec">What it was to be.</param>
    /// <param name="machine">The machine; owned from here on.</param>
    /// <param name="console">Its console; owned from here on.</param>
    /// <param name="removesMedium">As above.</param>
    public static WatchedMachine Watch(VmSpec spec, IVirtualMachine machine, Stream console, bool removesMedium) =>
        new(spec, machine, console, removesMedium);

    /// <summary>Starts the guest; no more than two guests boot at a time.</summary>
    public async Task StartAsync(DriverHarness harness, TinyPlan plan, CancellationToken cancellationToken)
    {
        await harness.Boots.WaitAsync(cancellationToken);
        try
        {
            await Machine.StartAsync(plan.ToMedium(Spec.Machine.Name), cancellationToken);
        }
        catch
        {
            harness.Boots.Release();
            throw;
        }

        _ = ReleaseWhenBootedAsync(harness.Boots);
    }

    public Task<string> SaysAsync(string start, CancellationToken cancellationToken) =>
        Guest.FirstAsync(line => line.StartsWith(start, StringComparison.Ordinal), $"'{start}'", cancellationToken);

    /// <summary>Types at the guest's console.</summary>
    public async Task TypeAsync(string text, CancellationToken cancellationToken) =>
        await _consoleStream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    public async Task<T> HappensAsync<T>(CancellationToken cancellationToken)
        where T : VmEvent =>
        (T)await Events.FirstAsync(happened => happened is T, typeof(T).Name, cancellationToken);

    /// <summary>The machine is over, and every event and line of it is here.</summary>
    public async Task<VmExit> EndsAsync(CancellationToken cancellationToken)
    {
        await Events.AllAsync(cancellationToken);
        await Console.AllAsync(cancellationToken);
        return await Machine.Completion.WaitAsync(cancellationToken);
    }

    public async Task DetachAsync()
    {
        await StopWatchingAsync();
        await Machine.DetachAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Machine.DisposeAsync();
        await StopWatchingAsync();
        _enough.Dispose();
    }

    private async Task StopWatchingAsync()
    {
        if (_letGo)
        {
            return;
        }

        _letGo = true;
        await _enough.CancelAsync();
        await Task.WhenAll(_listening, _reading);
        await _consoleStream.DisposeAsync();
    }

    private async Task ListenAsync(bool removesMedium)
    {
        var removing = Task.CompletedTask;
        try
        {
            await foreach (var happened in Machine.Events.WithCancellation(_enough.Token))
            {
                if (happened is VmEvent.TrayOpened && TrayOpenedAt == 0)
                {
                    TrayOpenedAt = TimeProvider.System.GetTimestamp();
                    removing = removesMedium ? RemoveAsync() : removing;
                }

                Events.Add(happened);
            }

            await removing;
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
            // The test has seen enough.
        }

        Events.Complete();
    }

    private async Task RemoveAsync()
    {
        try
        {
            await Machine.RemoveConfigMediaAsync(CancellationToken.None);
            RemovedAt = TimeProvider.System.GetTimestamp();
            _removed.SetResult();
        }
        catch (Exception exception)
        {
            // Whoever waits for the removal hears why.
            _removed.SetException(exception);
        }
    }

    private async Task ReadConsoleAsync()
    {
        try
        {
            using var reader = new StreamReader(_consoleStream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync(_enough.Token) is { } line)
            {
                Console.Add(line);

                // A kernel's last line may stand before it, without an end.
                if (line.IndexOf(GuestPrefix, StringComparison.Ordinal) is >= 0 and var start)
                {
                    Guest.Add(line[(start + GuestPrefix.Length)..]);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The test has seen enough, or the hypervisor died in mid-sentence.
        }

        Guest.Complete();
        Console.Complete();
    }

    private async Task ReleaseWhenBootedAsync(SemaphoreSlim boots)
    {
        try
        {
            await SaysAsync("up in", _enough.Token);
        }
        catch (Exception)
        {
            // It never will: it ended, or nobody listens any more. Whether that is a failure, the test says.
        }

        boots.Release();
    }
}
