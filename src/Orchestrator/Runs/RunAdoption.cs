using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Goes on with a run that another process began and no longer answers for: the same watching, the same decisions, the same deadline, the same
/// cleanup.
/// </summary>
/// <param name="driver">The driver the journal names.</param>
/// <param name="history">What is to remain of it goes there.</param>
/// <param name="time">The clock.</param>
internal sealed class RunAdoption(IHypervisorDriver driver, RunHistory history, TimeProvider time)
{
    // A machine that was just let go of may still be busy with its last commander's connection.
    private const int Attempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    // A daemon that is away, for an upgrade of its own perhaps, is asked again for as long as it takes.
    private static readonly TimeSpan BetweenVisits = TimeSpan.FromSeconds(5);

    /// <summary>Watches it to its end.</summary>
    /// <param name="directory">The run's directory, whose lock the caller took; it belongs to the adoption from here on.</param>
    /// <param name="journal">What its journal says, read after the lock was taken; the guest has started.</param>
    /// <param name="kind">What kind of process answers for it from here on.</param>
    /// <param name="listener">Hears of it.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>How it ended; also where it was over already.</returns>
    /// <exception cref="HostException">
    /// The driver cannot be reached, so nobody can tell how the machine does; it is left as it was. A service waits for the driver, and gets this
    /// only once it is asked to stop the machine.
    /// </exception>
    /// <exception cref="HypervisorException">The machine could not be commanded, and was removed.</exception>
    public async Task<RunResult> ExecuteAsync(
        RunDirectory directory, RunJournal journal, RunOwnerKind kind, IRunObserver listener, StopRequests stop)
    {
        var id = VmId.TryParse(journal.Run, out var parsed)
            ? parsed
            : throw new ArgumentException($"'{journal.Run}' is no run id", nameof(journal));
        var clock = RunClock.Resume(time, journal);
        using var observer = new EventFile(directory, journal.Instance, listener, time);
        var keeper = new JournalKeeper(directory, observer, journal, clock);
        IVirtualMachine? machine = null;
        RunResult? result = null;
        Exception? failure = null;
        try
        {
            machine = await AttachAsync(id, kind, observer, stop);

            // Not before: a machine that could not be reached stays what it was, a service's or nobody's.
            keeper.Note(known => known with { Owner = RunOwner.ThisProcess(kind), ConsoleHeld = false });
            observer.Observe(new RunEvent.Adopted(id, journal.Instance, driver.Name, directory.FullPath));
            result = machine is null ? Conclude(clock, observer) : await WatchAsync(machine, directory, keeper, observer, clock, stop);
            return result;
        }
        catch (OperationCanceledException) when (stop.Leaving.IsCancellationRequested)
        {
            return result = new RunResult(Exit: null, Cause: null, clock.Timeline) { Left = true };
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            await FinishAsync(id, directory, machine, keeper.Journal, result, failure, observer);
        }
    }

    private async Task<RunResult> WatchAsync(
        IVirtualMachine machine, RunDirectory directory, JournalKeeper keeper, IRunObserver observer, RunClock clock, StopRequests stop)
    {
        var medium = keeper.Journal.Medium == MediumState.Removed ? MediumState.Removed : MediumState.Inserted;
        await using var logs = new LogBound(directory, observer, time);
        var watch = new RunWatch(machine, directory, keeper, RunState.Started with { Medium = medium }, observer, clock, time);
        watch.Resume();
        return await watch.UntilOverAsync(stop);
    }

    private static RunResult Conclude(RunClock clock, EventFile observer)
    {
        var result = new RunResult(
            new VmExit(VmExitReason.Unknown, "it ended while no orchestrator watched it"), Cause: null, clock.Timeline);
        observer.Observe(new RunEvent.Ended(result));
        return result;
    }

    private async Task FinishAsync(
        VmId id,
        RunDirectory directory,
        IVirtualMachine? machine,
        RunJournal journal,
        RunResult? result,
        Exception? failure,
        IRunObserver observer)
    {
        if (result is { Left: true })
        {
            await RunCleanup.LeaveAsync(machine, directory);
            return;
        }

        if (machine is null && failure is HostException)
        {
            // Nobody has seen the machine: it is neither ended nor forgotten.
            directory.Dispose();
            return;
        }

        var summary = RunEnding.Summarize(journal, result, failure, time.GetUtcNow());
        var cleanup = new RunCleanup(history, observer);
        if (machine is not null)
        {
            await cleanup.ClearAsync(machine, directory, summary);
            return;
        }

        using (directory)
        {
            await cleanup.ClearAsync(driver, id, directory, summary);
        }
    }

    private async Task<IVirtualMachine?> AttachAsync(VmId id, RunOwnerKind kind, EventFile observer, StopRequests stop)
    {
        var unreachable = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await driver.AttachAsync(id, stop.Leaving);
            }
            catch (HypervisorException) when (attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, time, stop.Leaving);
            }
            catch (HostException error) when (kind == RunOwnerKind.Service && !stop.Graceful.IsCancellationRequested)
            {
                if (!unreachable)
                {
                    observer.Observe(new RunEvent.Warning($"its machine cannot be reached, and is tried again until it can: {error.Message}"));
                }

                (unreachable, attempt) = (true, 0);
                await WaitForNextVisitAsync(stop);
            }
        }
    }

    // A stop cuts it short, for one last visit.
    private async Task WaitForNextVisitAsync(StopRequests stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Leaving, stop.Graceful);
        await Task.Delay(BetweenVisits, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Leaving.ThrowIfCancellationRequested();
    }
}
