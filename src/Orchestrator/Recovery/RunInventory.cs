using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;
using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>
/// Looks at everything a state directory has: its run directories, their locks and journals, and the machines the drivers know. Changes
/// nothing, and copes with whatever lies there.
/// </summary>
/// <param name="state">The state directory.</param>
/// <param name="drivers">The drivers; only those that may have a machine of it are made.</param>
/// <param name="defaultDriver">The driver to ask even where no journal names it.</param>
/// <param name="time">The clock.</param>
internal sealed class RunInventory(StateDirectory state, DriverCatalog drivers, string defaultDriver, TimeProvider time)
{
    private readonly LeaseStore _leases = new(state);

    /// <summary>Looks at all of it.</summary>
    public async Task<Inventory> TakeAsync(CancellationToken cancellationToken)
    {
        // Directories first: a machine that is listed afterwards and has none was made meanwhile, or its directory was removed by hand.
        var inventory = await SettleAsync(Scan(), cancellationToken);
        var listings = await AskAsync(DriversOf(inventory), cancellationToken);
        var runs = inventory.Runs.Select(run => Complete(run, listings)).ToList();
        runs.AddRange(listings.SelectMany(Homeless).Where(run => inventory.Runs.All(known => known.Id != run.Id)));
        return inventory with
        {
            Unreachable = [.. listings.Where(listing => listing.Failure is not null).Select(listing => listing.Driver)],
            Runs = [.. runs.OrderBy(run => run.Id.Value, StringComparer.Ordinal)],
            Warnings =
            [
                .. inventory.Warnings,
                .. listings.Where(listing => listing.Failure is not null)
                    .Select(listing => $"driver {listing.Driver}: its machines cannot be listed: {listing.Failure}"),
            ],
        };
    }

    /// <summary>Looks at the directories only, without asking any driver: no machines, so nothing can be concluded from their absence.</summary>
    public Inventory Scan()
    {
        // Before the directories: a run makes its own before it notes anything, so one that has none now is over, or somebody removed its directory.
        var leases = _leases.Owed();
        var runs = new List<RunEntry>();
        var foreign = new List<string>(state.FindForeign());
        var leftovers = new List<Leftover>();
        foreach (var entry in new DirectoryInfo(state.Runs).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is not DirectoryInfo { LinkTarget: null })
            {
                foreign.Add(entry.FullName);
            }
            else if (VmId.TryParse(entry.Name, out var id))
            {
                runs.Add(Look(id, entry.FullName));
            }
            else if (entry.Name.EndsWith(RunDirectory.GoneSuffix, StringComparison.Ordinal)
                && VmId.TryParse(entry.Name[..^RunDirectory.GoneSuffix.Length], out _))
            {
                leftovers.Add(new Leftover.EmptiedRun(entry.FullName));
            }
            else
            {
                foreign.Add(entry.FullName);
            }
        }

        if (File.Exists(state.ControlSocket) && !UpLock.IsHeld(state))
        {
            leftovers.Add(new Leftover.ControlSocket(state));
        }

        return new Inventory(runs, foreign, leftovers, [.. runs.Select(Remark).OfType<string>()])
        {
            Leases = leases,
        };
    }

    // A lock outlives its holder for a moment.
    private async Task<Inventory> SettleAsync(Inventory inventory, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt < LockFile.Attempts && inventory.Runs.Any(IsHeldByTheDead); attempt++)
        {
            await Task.Delay(LockFile.BetweenAttempts, TimeProvider.System, cancellationToken); // other processes' time, whatever ours is
            inventory = inventory with { Runs = [.. inventory.Runs.Select(run => IsHeldByTheDead(run) ? Look(run.Id, run.Directory) : run)] };
        }

        return inventory;
    }

    private static bool IsHeldByTheDead(RunEntry run) =>
        run is { Held: true, Journal: { } journal } && !ProcessTable.IsAlive(journal.Owner.Process);

    private RunEntry Look(VmId id, string path)
    {
        var reading = JournalReading.Read(path);
        var held = RunDirectory.IsHeld(path);
        return new RunEntry
        {
            Id = id,
            Directory = path,
            Reading = reading,
            Held = held,
            OwnerStopped = held && reading.Journal is { } journal && ProcessTable.IsStopped(journal.Owner.Process),
            Driver = reading.Journal?.Driver ?? drivers.FindByNote(path),
        };
    }

    private static string? Remark(RunEntry run) => run.Reading switch
    {
        JournalReading.Damaged(var why) => $"run {run.Id}: its journal is damaged: {why}",
        JournalReading.Newer(var version) => $"run {run.Id}: a newer version of this program wrote its journal (version {version})",
        _ => null,
    };

    private HashSet<string> DriversOf(Inventory inventory)
    {
        var asked = new HashSet<string>([defaultDriver], StringComparer.Ordinal);
        asked.UnionWith(inventory.Leases.Select(lease => lease.Leases?.Driver).OfType<string>().Intersect(drivers.Names));
        foreach (var run in inventory.Runs)
        {
            if (run.Driver is { } named)
            {
                asked.Add(named);
            }
            else if (MayHaveMachine(run))
            {
                asked.UnionWith(drivers.Names);
            }
        }

        // Asking a driver that is not in use may be slow, and a failure to tell of; so not without a reason.
        if (asked.Count < drivers.Names.Count && OrphanedMachines.Exist(state))
        {
            asked.UnionWith(drivers.Names);
        }

        return asked;
    }

    // Every driver makes the overlay before the machine.
    private static bool MayHaveMachine(RunEntry run) => File.Exists(Path.Combine(run.Directory, RunFiles.Overlay));

    private async Task<IReadOnlyList<DriverListing>> AskAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        await Task.WhenAll(names.Order(StringComparer.Ordinal)
            .Select(name => DriverListing.AskAsync(drivers, name, state.Owner, time, cancellationToken)));

    private static RunEntry Complete(RunEntry run, IReadOnlyList<DriverListing> listings)
    {
        foreach (var listing in listings)
        {
            if (listing.Machines.FirstOrDefault(machine => machine.Id == run.Id) is { } machine)
            {
                return run with { Driver = listing.Driver, Machine = machine };
            }
        }

        var silent = listings.FirstOrDefault(listing =>
            listing.Failure is not null && (run.Driver is { } named ? named == listing.Driver : MayHaveMachine(run)));
        return silent is null ? run : run with { Uncertain = $"driver {silent.Driver} cannot be asked about its machine" };
    }

    private IEnumerable<RunEntry> Homeless(DriverListing listing) =>
        from machine in listing.Machines
        let path = state.PathOf(machine.Id)
        where !Directory.Exists(path)
        select new RunEntry
        {
            Id = machine.Id,
            Directory = path,
            Reading = new JournalReading.Missing(),
            DirectoryMissing = true,
            Driver = listing.Driver,
            Machine = machine,
        };
}
