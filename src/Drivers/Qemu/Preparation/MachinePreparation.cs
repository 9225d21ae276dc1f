using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Qmp;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Preparation;

/// <summary>
/// Makes a machine: its files, its sockets, its QEMU, and a connection to that. Each step registers how to undo it, so that any failure, the caller's
/// cancellation included, leaves nothing.
/// </summary>
/// <param name="spec">The machine.</param>
/// <param name="time">The clock.</param>
internal sealed class MachinePreparation(VmSpec spec, TimeProvider time)
{
    private const int PrivateFile = 0x180;

    private readonly MachineFiles _files = new(spec.RunDirectory);

    /// <summary>Does it.</summary>
    /// <param name="chain">The base image, opened and checked.</param>
    /// <param name="drafting">The overlay's content; awaited where it is needed, and the caller's to dispose.</param>
    /// <param name="planning">What the host contributes; awaited where it is needed.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <exception cref="HostException">The host cannot run it.</exception>
    /// <exception cref="HypervisorException">QEMU died, hangs, or answered nonsense.</exception>
    public async Task<QemuVirtualMachine> RunAsync(
        BackingChain chain, Task<SafeFileHandle> drafting, Task<LaunchPlan> planning, CancellationToken cancellationToken)
    {
        _files.RequireSocketPaths();
        await using var rollback = new Rollback();
        try
        {
            var machine = await MakeAsync(chain, drafting, planning, rollback, cancellationToken).ConfigureAwait(false);
            rollback.Commit();
            return machine;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(exception, $"run directory '{spec.RunDirectory}'", "name another state directory with --state-dir");
        }
    }

    private async Task<QemuVirtualMachine> MakeAsync(
        BackingChain chain, Task<SafeFileHandle> drafting, Task<LaunchPlan> planning, Rollback rollback, CancellationToken cancellationToken)
    {
        var note = new ProcessNote
        {
            Pid = 0,
            StartTicks = 0,
            BootId = ProcessTable.BootId,
            Uuid = spec.Id.Uuid,
            Owner = spec.Owner.Value,
            Instance = spec.Machine.Name,
            SshPort = spec.SshPort,
        };

        // Made anew and never found: a second machine in one directory would take the first one's files with it when it fails.
        _files.Note.Create(note);
        rollback.Push(_files.Remove);

        using var overlay = Overlay.Place(await drafting.WaitAsync(cancellationToken).ConfigureAwait(false), _files.Overlay);
        var plan = await planning.WaitAsync(cancellationToken).ConfigureAwait(false);

        var medium = new MemoryMedium();
        rollback.Push(medium.Dispose);

        // Begun first, since it takes as long as QEMU does. It ends when QEMU's end of the wire is closed, also where that is ours still.
        using var user = plan.Users?.Take();
        var (wire, guestEnd) = spec.Machine.Network == NetworkMode.Internet ? Libc.SocketPair() : (null, null);
        rollback.Push(() => wire?.Dispose());
        GuestNetwork? network = null;
        if (guestEnd is not null)
        {
            using (guestEnd)
            {
                network = await GuestNetwork.StartAsync(spec, guestEnd, user?.User, cancellationToken).ConfigureAwait(false);
            }
        }

        // Identified before it is observed, which collects it: QEMU may be gone already.
        var launched = new LaunchedProcesses(ProcessTable.IdentifyChild(Launch(chain, plan, user, overlay, medium, wire)), plan.Qemu, _files.Overlay);
        var process = ObservedProcess.OfChild(launched.Child.Pid);
        rollback.Push(() => launched.EndAsync(process));
        user?.LeaveTo(launched.Child);
        note = note with { Pid = launched.Child.Pid, StartTicks = launched.Child.StartTicks };
        _files.Note.Replace(note);

        var transcript = QmpTranscript.Open(_files.QmpTranscript, time);
        rollback.Push(transcript.Dispose);
        var socket = new MonitorSocket(_files, transcript, time);
        var client = await ConnectAsync(chain, socket, process, cancellationToken).ConfigureAwait(false);
        rollback.Push(client.DisposeAsync);
        launched.RequireQemuAlone();
        await (network?.BeReadyAsync(time, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        return new QemuVirtualMachine(
            new MachineParts
            {
                Id = spec.Id,
                Files = _files,
                Process = process,
                Client = client,
                Connect = socket.ConnectAsync,
                Transcript = transcript,
                Note = note.With(launched.Child),
                Medium = medium,
                Found = null,
            },
            time);
    }

    private int Launch(BackingChain chain, LaunchPlan plan, MachineUser? user, SafeFileHandle overlay, MemoryMedium medium, SafeFileHandle? wire)
    {
        using var ownedWire = wire;

        const int log = Libc.WriteOnly | Libc.Create | Libc.Append;
        using var hypervisorLog = Libc.Open(_files.HypervisorLog, log, PrivateFile);
        using var consoleLog = Libc.Open(_files.ConsoleLog, log, PrivateFile);

        // Empty for now. QEMU holds it from here on, so that nothing has to be handed over when its secrets are there.
        using var configMedia = medium.OpenForReading();

        // Made here and not by QEMU: they exist at once, so that nobody has to wait for them, and in the end QEMU has the only copies, so that
        // a connection made to one that has died fails at once.
        using var qmp = Libc.Listen(_files.QmpSocket, backlog: 1);
        using var console = Libc.Listen(_files.ConsoleSocket, backlog: 1);

        // QEMU has both its ends: without a reader, as where no orchestrator runs, it would find its writing end broken.
        Libc.MakeFifo(_files.GuestPort, PrivateFile);
        using var guestPortReader = Libc.Open(_files.GuestPort, Libc.ReadOnly | Libc.NonBlocking);
        using var guestPort = Libc.Open(_files.GuestPort, Libc.WriteOnly | Libc.NonBlocking);

        using var mounts = new MountedDirectories(spec.Machine);
        var arguments = QemuArguments.Build(spec, new HostFacts
        {
            Accelerator = plan.Choice.Accelerator,
            AsynchronousIo = plan.IoUring ? "io_uring" : "threads",
            Firmware = plan.Firmware,
            QmpListener = Number(qmp),
            ConsoleListener = Number(console),
            ConsoleLog = Number(consoleLog),
            GuestPort = Number(guestPort),
            Overlay = Number(overlay),
            ConfigMedia = Number(configMedia),
            Wire = wire is null ? null : Number(wire),
            Mounts = [.. mounts.Directories.Select(Number)],
            BackingChain = [.. chain.Links.Select(link => Number(link.File))],
        });
        SafeFileHandle[] passed =
        [
            qmp, console, consoleLog, guestPort, guestPortReader, overlay, configMedia,
            .. wire is null ? [] : (SafeFileHandle[])[wire], .. chain.Links.Select(link => link.File), .. mounts.Directories, .. user?.Kept ?? [],
        ];
        try
        {
            return ProcessLauncher.Spawn(new SpawnRequest(plan.Qemu, arguments, hypervisorLog, passed) { User = user?.User });
        }
        catch (IOException exception) when (user is not null)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                $"QEMU cannot be run as another user than root: {exception.Message}; let everybody execute it and enter its directories (chmod o+rx), {MachineUsers.Otherwise}",
                exception);
        }
    }

    private async Task<QmpClient> ConnectAsync(BackingChain chain, MonitorSocket socket, ObservedProcess process, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ConnectFirstAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (QmpConnectionClosedException exception)
        {
            // Its sockets close just before it is gone.
            var status = await process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            throw LaunchFailure.Explain(spec, chain.Links.Select(link => link.Path), status, LogTail.Read(_files.HypervisorLog), exception);
        }
        catch (QmpException exception)
        {
            throw new HypervisorException($"QEMU came up and cannot be commanded: {exception.Message}", exception);
        }
    }

    private static int Number(SafeFileHandle file) => (int)file.DangerousGetHandle();
}
