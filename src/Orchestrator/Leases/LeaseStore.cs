using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux.Files;
using Orchestrator.State;

namespace Orchestrator.Leases;

/// <summary>
/// What runs hold outside their machines, written down before it is acquired, a file for each such run. The files lie apart from the run directories and
/// outlive them: a file whose run has no directory any more is due. Thread-safe.
/// </summary>
internal sealed class LeaseStore(StateDirectory state)
{
    private readonly Lock _lock = new();

    /// <summary>The runs that hold something, or may, oldest first.</summary>
    public IReadOnlyList<VmId> Runs()
    {
        var runs = new SortedDictionary<string, VmId>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFileSystemEntries(state.Leases))
        {
            // Also one of which there is a draft only: its owner was killed while he wrote.
            if (StateDirectory.TryParseLeases(Path.GetFileName(path), out var run))
            {
                runs[run.Value] = run;
            }
        }

        return [.. runs.Values];
    }

    /// <summary>What those of them hold that are over.</summary>
    public IReadOnlyList<OwedLeases> Owed() => [.. Runs().Where(IsOver).Select(Look)];

    /// <summary>Whether a run is over: while one lives, its directory exists.</summary>
    public bool IsOver(VmId run) => !Directory.Exists(state.PathOf(run));

    /// <summary>Whether a run holds something, or may.</summary>
    public bool Holds(VmId run) => File.Exists(state.LeasesOf(run));

    /// <summary>What a run holds; null where nothing says that it holds anything.</summary>
    /// <exception cref="HostException">Nobody can tell what the file says.</exception>
    public RunLeases? Read(VmId run)
    {
        var path = state.LeasesOf(run);
        try
        {
            var leases = JsonSerializer.Deserialize(GuardedFile.ReadOwn(path), RunLeasesJson.Default.RunLeases);
            return leases?.Version == RunLeases.CurrentVersion
                ? leases
                : throw new HostException(HostProblem.Other, $"leases '{path}': another version of this program wrote it, and has to deal with it");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            var why = error is JsonException ? "it makes no sense" : error.Message.TrimEnd('.');
            throw new HostException(
                HostProblem.Other, $"leases '{path}': {why}; see whether run {run} still holds anything elsewhere, then delete the file", error);
        }
    }

    /// <summary>Writes down what is about to be acquired, so that not even a host that loses its power forgets it.</summary>
    /// <param name="run">The run, whose directory exists.</param>
    /// <param name="driver">The driver that has its machine.</param>
    /// <param name="lease">The lease.</param>
    /// <exception cref="HostException">It cannot be written.</exception>
    public void Note(VmId run, string driver, Lease lease) => Change(
        run,
        driver,
        known => [.. known.Where(noted => noted.Lease != lease), new NotedLease(lease, Acquired: false)]);

    /// <summary>Writes down that it was acquired.</summary>
    /// <exception cref="HostException">It cannot be written; then it still counts as one that may be.</exception>
    public void Confirm(VmId run, Lease lease) => Change(
        run,
        driver: null,
        known => [.. known.Select(noted => noted.Lease == lease ? noted with { Acquired = true } : noted)]);

    /// <summary>Forgets what is held no longer.</summary>
    /// <exception cref="HostException">It cannot be forgotten.</exception>
    public void Forget(VmId run, Lease lease) => Change(
        run,
        driver: null,
        known => [.. known.Where(noted => noted.Lease != lease)]);

    /// <summary>Writes down that a lease could not be given back, and why.</summary>
    public void NoteFailure(VmId run, Lease lease, string why, DateTimeOffset now)
    {
        var line = string.Concat(SecretMask.Hide(why).Select(character => char.IsControl(character) ? ' ' : character));
        Remark(run, noted => noted.Lease != lease ? noted : noted with
        {
            Failure = (noted.Failure ?? new LeaseFailure(now, now, line)) with { Tried = now, Why = line },
        });
    }

    /// <summary>Writes down when what could not be given back is tried again.</summary>
    public void NoteNextTry(VmId run, DateTimeOffset at) =>
        Remark(run, noted => noted.Failure is not { } failure ? noted : noted with { Failure = failure with { Again = at } });

    /// <summary>Removes the file of a run that holds nothing, and what there is of one that was never finished.</summary>
    /// <exception cref="HostException">It cannot be removed.</exception>
    public void Remove(VmId run)
    {
        var path = state.LeasesOf(run);
        try
        {
            PrivateFile.Delete(path);
            PrivateFile.Delete(path + PrivateFile.DraftSuffix);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error, path);
        }
    }

    private OwedLeases Look(VmId run)
    {
        try
        {
            return new OwedLeases(run, Read(run), null);
        }
        catch (HostException error)
        {
            return new OwedLeases(run, null, error.Message);
        }
    }

    // It is for people only: what cannot be written is not worth another failure.
    private void Remark(VmId run, Func<NotedLease, NotedLease> change)
    {
        try
        {
            Change(run, driver: null, known => [.. known.Select(change)]);
        }
        catch (HostException)
        {
            // Whoever gives it back says so.
        }
    }

    private void Change(VmId run, string? driver, Func<IReadOnlyList<NotedLease>, IReadOnlyList<NotedLease>> change)
    {
        lock (_lock)
        {
            var known = Read(run);
            if (known is null && driver is null)
            {
                return; // another process has given it back
            }

            var leases = change(known?.Leases ?? []);
            if (leases.Count == 0)
            {
                Remove(run);
                return;
            }

            var path = state.LeasesOf(run);
            var content = new RunLeases { Version = RunLeases.CurrentVersion, Driver = driver ?? known!.Driver, Leases = leases };
            try
            {
                PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(content, RunLeasesJson.Default.RunLeases), durably: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw Explain(error, path);
            }
        }
    }

    private static HostException Explain(Exception error, string path) =>
        HostException.OfFile(error, $"leases '{path}'", "name another state directory with --state-dir");
}
