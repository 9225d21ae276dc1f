using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Reporting;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// Goes on with a run that another process began and no longer answers for: the same watching, the same decisions, the same deadline, the same
/// cleanup.
/// </summary>
/// <param name="driver">The driver the journal names.</param>
/// <param name="history">What is to remain of it goes there.</param>
/// <param name="leases">What it holds elsewhere is given back there.</param>
/// <param name="time">The clock.</param>
internal sealed class RunAdoption(IHypervisorDriver driver, RunHistory history, LeaseReturn leases, TimeProvider time)
{
    // A machine that was just let go of may still be busy with its last commander's connection.
    private const int Attempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    // What is away, a daemon that is being upgraded perhaps, or a QEMU on a host that swaps, is tried again for longer than a person would wait.
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
    /// <exception cref="HypervisorException">
    /// The machine could not be commanded, and was removed. A service waits for it until the run's time is up or it is asked to stop the machine, ends it
    /// then without a question, and gets a result.
    /// </exception>
    public async Task<RunResult> ExecuteAsync(
        RunDirectory directory, RunJournal journal, RunOwnerKind kind, IRunObserver listener, StopRequests stop)
    {
        var id = VmId.TryParse(journal.Run, out var parsed)
            ? parsed
            : throw new ArgumentException($"'{journal.Run}' is no run id", nameof(journal));
        stop.Begin();
        var clock = RunClock.Resume(time, journal);
        using var observer = new EventFile(directory, journal.Instance, listener, time);
        var keeper = new JournalKeeper(directory, observer, journal, clock);
        IVirtualMachine? machine = null;
        RunResult? result = null;
        try
        {
            machine = await AttachAsync(id, kind, keeper, observer, stop);

            // Not before: a machine that a command could not reach stays what it was, a service's or nobody's.
            keeper.Note(known => known with { Owner = RunOwner.ThisProcess(kind), ConsoleHeld = false, Unreachable = false });
            observer.Observe(new RunEvent.Adopted(id, journal.Instance, driver.Registration.Name, directory.FullPath));
            result = machine is null
                ? new RunResult(RunOutcome.Unknown, "it ended while no orchestrator watched it", clock.Timeline)
                : await WatchAsync(machine, directory, keeper, observer, clock, stop);
        }
        catch (OperationCanceledException) when (stop.Leaving.IsCancellationRequested)
        {
            result = new RunResult(RunOutcome.Left, string.Empty, clock.Timeline);
        }
        catch (HypervisorException error) when (machine is null && kind == RunOwnerKind.Service)
        {
            observer.Observe(new RunEvent.Killing(error.Message));
            clock.ShutDown();
            var cause = journal.StopCause ?? (stop.Graceful.IsCancellationRequested ? StopCause.Stopped : StopCause.TimeLimit);
            result = RunResult.Of(new VmExit(VmExitReason.Killed, error.Message), cause, clock.Timeline);
        }
        catch (Exception error) when (machine is not null || error is not HostException)
        {
            result = RunResult.Of(error, clock.Timeline);
            throw;
        }
        finally
        {
            if (result?.Outcome == RunOutcome.Left && kind == RunOwnerKind.Foreground)
            {
                keeper.Note(known => known with { Owner = journal.Owner }); // a command that leaves a machine leaves it as whose it was
            }

            await FinishAsync(id, directory, machine, keeper.Journal, result, observer);
        }

        if (machine is null && result.Outcome != RunOutcome.Left)
        {
            observer.Observe(new RunEvent.Ended(result)); // what nobody watched is over when nothing is left of it
        }

        return result;
    }

    private async Task<RunResult> WatchAsync(
        IVirtualMachine machine, RunDirectory directory, JournalKeeper keeper, IRunObserver observer, RunClock clock, StopRequests stop)
    {
        var medium = keeper.Journal.Medium == MediumState.Removed ? MediumState.Removed : MediumState.Inserted;
        var state = RunState.Started with
        {
            Medium = medium,
            Working = keeper.Journal.Guest?.Busy,
            Reason = keeper.Journal.StopCause == StopCause.Idle ? keeper.Journal.Retiring : null,
            Retiring = keeper.Journal.StopCause == StopCause.Idle ? RetireStep.Watched : RetireStep.No,
        };
        await using var logs = new LogBound(directory, observer, time);
        await using var watch = new RunWatch(
            machine, keeper, state, leases, new SharedStorage(directory, DiskUse.FreeAt), observer, clock, time);
        watch.Resume();
        return await watch.UntilOverAsync(stop);
    }

    private async Task FinishAsync(
        VmId id,
        RunDirectory directory,
        IVirtualMachine? machine,
        RunJournal journal,
        RunResult? result,
        IRunObserver observer)
    {
        if (result is null or { Outcome: RunOutcome.Left })
        {
            // Without a result nobody has seen the machine: it is neither ended nor forgotten.
            await RunCleanup.LeaveAsync(machine, directory);
            return;
        }

        var summary = RunSummary.Of(journal, result, time.GetUtcNow());
        var cleanup = new RunCleanup(driver, history, leases, observer);
        if (machine is not null)
        {
            await cleanup.ClearAsync(machine, id, directory, summary);
            return;
        }

        using (directory)
        {
            await cleanup.ClearAsync(id, directory, summary, CancellationToken.None);
        }

        await cleanup.ReleaseAsync(id);
    }

    private async Task<IVirtualMachine?> AttachAsync(
        VmId id, RunOwnerKind kind, JournalKeeper keeper, EventFile observer, StopRequests stop)
    {
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(
            stop.Leaving, kind == RunOwnerKind.Service ? stop.Forceful : CancellationToken.None);
        var (begun, patience) = (time.GetTimestamp(), PatienceFor(keeper.Journal));
        TimeSpan Left() => patience - time.GetElapsedTime(begun);
        Type? told = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await driver.AttachAsync(id, hurry.Token);
            }
            catch (HypervisorException) when (attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, time, stop.Leaving);
            }
            catch (OrchestratorException error) when (kind == RunOwnerKind.Service && MayWait(error, Left(), stop))
            {
                if (told != error.GetType())
                {
                    TellOfWaiting(error, keeper, observer);
                }

                told = error.GetType();
                attempt = error is HostException ? 0 : attempt;
                await WaitForNextVisitAsync(Left(), stop);
            }
            catch (OperationCanceledException error) when (!stop.Leaving.IsCancellationRequested)
            {
                throw new HypervisorException($"machine {id} was to be ended at once, and had not answered yet", error);
            }
        }
    }

    // Without the driver nothing could be ended either. A machine that does not answer could be, with its job; it has until its time is up.
    private static bool MayWait(OrchestratorException error, TimeSpan left, StopRequests stop) =>
        !stop.Graceful.IsCancellationRequested && (error is HostException || (error is HypervisorException && left > TimeSpan.Zero));

    private TimeSpan PatienceFor(RunJournal journal)
    {
        var left = journal.Left(time);
        var grace = journal.StopAsked + journal.ShutdownGrace - journal.Now(time);
        return grace < left ? grace.Value : left;
    }

    private static void TellOfWaiting(OrchestratorException error, JournalKeeper keeper, EventFile observer)
    {
        keeper.Note(known => known with { Owner = RunOwner.ThisProcess(RunOwnerKind.Service), Unreachable = true });
        observer.Observe(new RunEvent.Warning(error is HostException
            ? $"its machine cannot be reached, and is tried again until it can: {error.Message}"
            : $"its machine does not answer; it goes on, and is tried again until it does or its time is up: {error.Message}"));
    }

    // A stop cuts it short, for one last visit, and so does the end of its time.
    private async Task WaitForNextVisitAsync(TimeSpan left, StopRequests stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Leaving, stop.Graceful);
        var pause = left > TimeSpan.Zero && left < BetweenVisits ? left : BetweenVisits;
        await Task.Delay(pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Leaving.ThrowIfCancellationRequested();
    }
}
