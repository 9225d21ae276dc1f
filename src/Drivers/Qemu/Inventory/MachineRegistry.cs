using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Qmp;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Inventory;

/// <summary>
/// Finds machines by what they left on disk and in the process table. No process is ever touched for its pid or its command line: see
/// <see cref="MachineProcesses"/>, which also finds one whose note was never written.
/// </summary>
/// <param name="runsDirectory">Where the run directories are.</param>
/// <param name="time">The clock.</param>
internal sealed class MachineRegistry(string runsDirectory, TimeProvider time)
{
    /// <summary>The machines of an owner. Whether one is paused is as of its last known change.</summary>
    public IReadOnlyList<VmRecord> List(OwnerId owner)
    {
        var records = new List<VmRecord>();
        foreach (var directory in RunDirectories())
        {
            if (!VmId.TryParse(Path.GetFileName(directory), out var id))
            {
                continue;
            }

            var files = new MachineFiles(directory);
            var note = files.Note.Read();
            if (note is not null && note.Owner != owner.Value)
            {
                continue;
            }

            var process = FindAny(files.ProcessesOf(id, note), id, note);
            if (process is null && !files.Exist())
            {
                // Another driver's, or nobody's yet.
                continue;
            }

            var name = note?.Instance
                ?? (process is { } found ? QemuArguments.InstanceNameIn(ProcessTable.Arguments(found.Pid)) : null)
                ?? string.Empty;
            var state = process is null ? VmState.Ended : note is { Running: false } ? VmState.Paused : VmState.Running;
            records.Add(new VmRecord(id, name, state));
        }

        records.AddRange(ListHomeless());
        return records;
    }

    // A directory that somebody deleted by hand takes the note with it; but the machine holds files of it open, by which it is known. Where those
    // still have names, it is another orchestrator's, whose state directory has the same path in another mount namespace.
    private IEnumerable<VmRecord> ListHomeless()
    {
        foreach (var pid in ProcessTable.Pids())
        {
            var arguments = ProcessTable.Arguments(pid);
            if (QemuArguments.RunIn(arguments) is not { } id || Directory.Exists(FilesOf(id).Directory))
            {
                continue;
            }

            if (ProcessTable.HoldsOnlyDeletedFilesBelow(pid, Path.Combine(RealRunsDirectory(), id.Value)))
            {
                yield return new VmRecord(id, QemuArguments.InstanceNameIn(arguments) ?? string.Empty, VmState.Running);
            }
        }
    }

    private string RealRunsDirectory() => Directory.Exists(runsDirectory) ? Libc.RealPath(runsDirectory) : runsDirectory;

    /// <summary>Takes over a machine.</summary>
    /// <returns>Null where nothing of it is left.</returns>
    /// <exception cref="HypervisorException">It runs and cannot be commanded.</exception>
    public async Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken)
    {
        var files = FilesOf(id);
        var note = files.Note.Read();
        var identity = files.ProcessesOf(id, note).FindOnly() is { } found && IsOwn(found, id, note) ? found : (ProcessIdentity?)null;
        var process = identity is { } running ? ObservedProcess.Open(running) : null;
        if (process is null)
        {
            return files.Exist() ? new EndedMachine(id, Autopsy(files, note), files.Remove) : null;
        }

        QmpTranscript? transcript = null;
        QmpClient? client = null;
        try
        {
            transcript = QmpTranscript.Open(files.QmpTranscript, time);
            var socket = new MonitorSocket(files, transcript, time);
            client = await socket.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var status = await client.ExecuteAsync("query-status", cancellationToken: cancellationToken).ConfigureAwait(false);
            var blocks = await client.ExecuteAsync("query-block", cancellationToken: cancellationToken).ConfigureAwait(false);
            return new QemuVirtualMachine(
                new MachineParts
                {
                    Id = id,
                    Files = files,
                    Process = process,
                    Client = client,
                    Connect = socket.ConnectAsync,
                    Transcript = transcript,
                    Note = (note ?? NoteOf(id, identity!.Value)).With(identity!.Value) with { Running = IsRunning(status) },
                    Medium = null,
                    Found = IsBeforeStart(status) ? null : BlockState.Read(blocks) ?? new BlockState(false, MediumInserted: true, false),
                },
                time);
        }
        catch (Exception exception)
        {
            if (client is not null)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }

            var ended = exception is QmpConnectionClosedException && await ExitsSoonAsync(process, cancellationToken).ConfigureAwait(false);
            transcript?.Dispose();
            process.Dispose();
            if (ended)
            {
                return new EndedMachine(id, Autopsy(files, note), files.Remove);
            }

            throw exception switch
            {
                QmpTimeoutException => new HypervisorException(
                    $"machine {id} runs, but its control socket does not answer; perhaps another orchestrator commands it", exception),
                QmpException => new HypervisorException($"machine {id} runs, but cannot be commanded: {exception.Message}", exception),
                IOException or UnauthorizedAccessException => HostException.OfFile(
                    exception, $"run directory '{files.Directory}'", "give it back to this user, or name another state directory with --state-dir"),
                _ => exception,
            };
        }
    }

    /// <summary>Opens a machine's console beside whoever commands it.</summary>
    /// <exception cref="HostException">Somebody has it.</exception>
    /// <exception cref="HypervisorException">It cannot be opened.</exception>
    public async Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken)
    {
        try
        {
            return await ConsoleSocket.ConnectAsync(id, FilesOf(id), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new HypervisorException($"the console of machine {id} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Deletes the medium of a machine that an older version made; those of today go with their processes.</summary>
    /// <exception cref="HostException">It cannot be deleted.</exception>
    public void EraseMedium(VmId id) => FilesOf(id).EraseOldMedium();

    /// <summary>Ends a machine if it runs, and removes what was made for it.</summary>
    /// <exception cref="HypervisorException">It does not die.</exception>
    /// <exception cref="HostException">A file cannot be removed.</exception>
    public async Task DestroyAsync(VmId id, CancellationToken cancellationToken)
    {
        var files = FilesOf(id);
        var note = files.Note.Read();
        var processes = files.ProcessesOf(id, note);
        var identity = processes.FindOnly() is { } found && IsOwn(found, id, note) ? found : (ProcessIdentity?)null;
        if (identity is { } running)
        {
            files.Note.MarkDestroyed();
            try
            {
                await processes.KillAsync(running, time, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                files.Note.UnmarkDestroyed();
                throw;
            }
        }

        if (identity is not null || files.Exist())
        {
            files.Remove();
        }
    }

    // Any that may be the machine: what is not certain to be over goes on.
    private static ProcessIdentity? FindAny(MachineProcesses processes, VmId id, ProcessNote? note)
    {
        if (processes.FindNoted() is { } noted)
        {
            return noted;
        }

        var found = processes.Find();
        return found.Holders.Concat(found.Unclear).Where(process => IsOwn(process, id, note)).Cast<ProcessIdentity?>().FirstOrDefault();
    }

    // Libvirt gives its QEMU the same UUID, but not the same name.
    private static bool IsOwn(ProcessIdentity process, VmId id, ProcessNote? note) =>
        note is not null || QemuArguments.RunIn(ProcessTable.Arguments(process.Pid)) == id;

    private static ProcessNote NoteOf(VmId id, ProcessIdentity process) => new()
    {
        Pid = process.Pid,
        StartTicks = process.StartTicks,
        BootId = process.BootId,
        Uuid = id.Uuid,
        Owner = string.Empty,
        Instance = QemuArguments.InstanceNameIn(ProcessTable.Arguments(process.Pid)) ?? string.Empty,
    };

    private static bool IsRunning(JsonElement status) =>
        status.TryGetProperty("running", out var running) && running.ValueKind == JsonValueKind.True;

    private static bool IsBeforeStart(JsonElement status) =>
        status.TryGetProperty("status", out var word) && word.ValueKind == JsonValueKind.String && word.ValueEquals("prelaunch");

    private static VmExit Autopsy(MachineFiles files, ProcessNote? note)
    {
        var log = LogTail.Read(files.HypervisorLog);
        if (ShutdownCause.FindIn(log) is null && note?.Process is { } process && process.BootId != ProcessTable.BootId)
        {
            return new VmExit(VmExitReason.Unknown, "the host was restarted meanwhile");
        }

        return new ExitDiagnosis
        {
            Cause = ShutdownCause.FindIn(log),
            Status = null,
            KilledBecause = null,
            PowerDownRequested = note is { PowerDownRequested: true },
            Log = log,
            Watched = false,
        }.Judge();
    }

    private async Task<bool> ExitsSoonAsync(ObservedProcess process, CancellationToken cancellationToken)
    {
        try
        {
            await process.Exited.WaitAsync(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private IEnumerable<string> RunDirectories() =>
        Directory.Exists(runsDirectory) ? Directory.EnumerateDirectories(runsDirectory).Order(StringComparer.Ordinal) : [];

    private MachineFiles FilesOf(VmId id) => new(Path.Combine(runsDirectory, id.Value));
}
