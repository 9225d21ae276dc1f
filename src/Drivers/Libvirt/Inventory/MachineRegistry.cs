using Libvirt;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Machines;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Inventory;

/// <summary>
/// Finds machines by what libvirt knows of them and by what they left on disk. No domain is ever touched for its name: it must have the machine's UUID.
/// </summary>
/// <param name="runsDirectory">Where the run directories are.</param>
/// <param name="daemon">The daemon.</param>
/// <param name="log">Has QEMU's own words.</param>
/// <param name="time">The clock.</param>
internal sealed class MachineRegistry(string runsDirectory, Daemon daemon, QemuLog log, TimeProvider time)
{
    /// <summary>The machines of an owner.</summary>
    public async Task<IReadOnlyList<VmRecord>> ListAsync(OwnerId owner, CancellationToken cancellationToken)
    {
        var active = await daemon.CallAsync(connection => Active(connection, owner), cancellationToken).ConfigureAwait(false);
        var known = active.Select(record => record.Id).ToHashSet();
        var ended = RunDirectories()
            .Select(directory =>
            {
                var files = new MachineFiles(directory);
                return VmId.TryParse(Path.GetFileName(directory), out var id) && !known.Contains(id)
                    && files.Note.Read() is { } note && note.Owner == owner.Value
                        ? new VmRecord(id, note.Instance, HasProcess(files.ProcessesOf(id, note)) ? VmState.Running : VmState.Ended)
                        : null;
            })
            .OfType<VmRecord>();
        var forgotten = MediumFile.ListOf(owner).Where(id => !known.Contains(id) && !Directory.Exists(FilesOf(id).Directory))
            .Select(id => new VmRecord(id, string.Empty, VmState.Ended));
        return [.. active.Concat(ended).Concat(forgotten).OrderBy(record => record.Id.Value, StringComparer.Ordinal)];
    }

    /// <summary>Takes over a machine.</summary>
    /// <returns>Null where nothing of it is left.</returns>
    public async Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken)
    {
        var files = FilesOf(id);
        LibvirtVirtualMachine? machine = null;
        try
        {
            var note = files.Note.Read()
                ?? NoteOf(id, (await daemon.CallAsync(connection => Look(connection, id), cancellationToken).ConfigureAwait(false)).Metadata);

            Thaw(note, files.ProcessesOf(id, note));

            // Its events are heard from before it is looked at, so that nothing happens in between.
            machine = new LibvirtVirtualMachine(
                new MachineParts { Id = id, Files = files, Daemon = daemon, Log = log, Note = note, Exists = true }, time);
            var observed = await daemon.CallAsync(connection => ObservedDomain.OfSettled(connection, id.Uuid), cancellationToken).ConfigureAwait(false);
            if (observed is not null)
            {
                machine.TakeOver(observed);
                return Interlocked.Exchange(ref machine, null);
            }

            if (!files.Exist())
            {
                return null;
            }

            log.TryCopy(note, files);
            return new EndedMachine(id, ExitOf(files.Note), files.Remove);
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"machine {id} exists, but libvirt cannot tell of it: {exception.Message}", exception);
        }
        finally
        {
            if (machine is not null)
            {
                await machine.DetachAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens a machine's console beside whoever commands it.</summary>
    /// <exception cref="HostException">Somebody has it.</exception>
    /// <exception cref="HypervisorException">It cannot be opened.</exception>
    public async Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) =>
        await DomainConsole.OpenAsync(
            act => daemon.CallAsync(connection => connection.With(id.Uuid, act), cancellationToken), id).ConfigureAwait(false)
        ?? throw new HypervisorException($"the console of machine {id} cannot be opened: it is over");

    /// <summary>Erases a machine's medium, if it is still there.</summary>
    /// <exception cref="HostException">It cannot be erased.</exception>
    public void EraseMedium(VmId id) => FilesOf(id).EraseMedium();

    /// <summary>Ends a machine if it runs, and removes what was made for it.</summary>
    public async Task DestroyAsync(VmId id, CancellationToken cancellationToken)
    {
        var files = FilesOf(id);
        var note = files.Note.Read();
        var processes = files.ProcessesOf(id, note);
        if (note is not null)
        {
            Thaw(note, processes);
            files.Note.MarkDestroyed();
        }

        try
        {
            await EndAsync(id, files, processes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            files.Note.UnmarkDestroyed();
            throw;
        }

        if (files.Exist())
        {
            files.Remove();
        }
    }

    private async Task EndAsync(VmId id, MachineFiles files, MachineProcesses processes, CancellationToken cancellationToken)
    {
        var destroyed = false;
        try
        {
            destroyed = await daemon.CallAsync(connection => connection.With(id.Uuid, domain => domain.Destroy()), cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            // Several may end it at once, and a daemon that has just come back may have ended it and not know.
            var (observed, metadata) = await daemon.CallAsync(connection => Look(connection, id), cancellationToken).ConfigureAwait(false);
            if (observed is not null)
            {
                throw new HypervisorException($"libvirt cannot end machine {id}: {RemedyFor(exception, id, processes, metadata)}", exception);
            }
        }
        catch (HostException) when (files.Exist() && processes.Find() is { Doubtful: [] })
        {
            // No daemon, so no domain that anybody could command; but its process may run.
        }

        files.EraseMedium();

        // Libvirt may have forgotten a domain that it did not end.
        if (!destroyed && processes.FindOnly() is { } process)
        {
            await processes.KillAsync(process, time, cancellationToken).ConfigureAwait(false);
        }

        processes.RequireGone();
    }

    /// <summary>
    /// Whoever was removing the medium was killed over it, perhaps while it kept QEMU from running. Libvirt would wait for such a QEMU in vain, also to have it
    /// end in order.
    /// </summary>
    private static void Thaw(DomainNote note, MachineProcesses processes)
    {
        if (note.PausedToEject)
        {
            FrozenProcess.TryThaw(processes);
        }
    }

    // Of a domain that libvirt does not know (any more).
    private static bool HasProcess(MachineProcesses processes) => processes.FindNoted() is not null || processes.Find().Holders.Count > 0;

    // A libvirtd that was killed between writing a domain down and starting its QEMU waits for ever, when it is back, for that start to end (libvirt 9.0).
    private static string RemedyFor(LibvirtException exception, VmId id, MachineProcesses processes, RunMetadata? metadata) =>
        exception.Code == LibvirtErrorCode.OperationTimeout && processes.Find() is { Holders: [], Unclear: [] }
            ? "it has no process, since libvirtd was killed while it started the domain, and libvirtd does not find out; "
                + $"stop libvirtd, remove {metadata?.InstanceName}.xml from its running domains (/run/libvirt/qemu), and start it again"
            : $"{exception.Message}; try: virsh destroy {id.Uuid}";

    private static List<VmRecord> Active(LibvirtConnection connection, OwnerId owner)
    {
        var records = new List<VmRecord>();
        foreach (var domain in connection.ListDomains(ListDomainsFlags.Active))
        {
            using (domain)
            {
                if (MetadataOf(domain) is { } metadata && metadata.Owner == owner && metadata.Id.Uuid == domain.Uuid && StateOf(domain) is { } state)
                {
                    records.Add(new VmRecord(metadata.Id, metadata.InstanceName, state));
                }
            }
        }

        return records;
    }

    private static (ObservedDomain? Observed, RunMetadata? Metadata) Look(LibvirtConnection connection, VmId id)
    {
        RunMetadata? metadata = null;
        connection.With(id.Uuid, domain => metadata = MetadataOf(domain));
        return (ObservedDomain.Of(connection, id.Uuid), metadata);
    }

    private static RunMetadata? MetadataOf(LibvirtDomain domain)
    {
        try
        {
            return domain.GetMetadata(DomainXml.MetadataNamespace) is { } xml ? DomainXml.ReadMetadata(xml) : null;
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }

    private static VmState? StateOf(LibvirtDomain domain)
    {
        try
        {
            return domain.GetState().State switch
            {
                DomainState.ShutOff => null,
                DomainState.Paused or DomainState.Crashed or DomainState.PmSuspended => VmState.Paused,
                _ => VmState.Running,
            };
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }

    // A machine without its note, as of a directory that somebody emptied, is treated as one that has run: its medium may have been read.
    private static DomainNote NoteOf(VmId id, RunMetadata? metadata) => new()
    {
        Uuid = id.Uuid,
        Owner = metadata?.Owner.Value ?? string.Empty,
        Instance = metadata?.InstanceName ?? string.Empty,
        Started = true,
    };

    private static VmExit ExitOf(NoteFile<DomainNote> note) => note.Read() switch
    {
        { Exit: { } noted } => noted,
        { } when note.IsDestroyed => new VmExit(VmExitReason.Killed, "it was destroyed"),
        _ => new VmExit(VmExitReason.Unknown, "it ended while nobody watched, and libvirt forgets transient domains"),
    };

    private IEnumerable<string> RunDirectories() =>
        Directory.Exists(runsDirectory) ? Directory.EnumerateDirectories(runsDirectory).Order(StringComparer.Ordinal) : [];

    private MachineFiles FilesOf(VmId id) => new(Path.Combine(runsDirectory, id.Value));
}
