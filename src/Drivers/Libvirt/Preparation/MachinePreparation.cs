using Libvirt;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Machines;
using Orchestrator.Drivers.Libvirt.Xml;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Preparation;

/// <summary>
/// Makes a machine: its files and its domain, paused, whose events are heard from before it exists. Each step registers how to undo it, so that any
/// failure, the caller's cancellation included, leaves nothing.
/// </summary>
/// <param name="spec">The machine.</param>
/// <param name="daemon">The daemon.</param>
/// <param name="log">Has QEMU's own words.</param>
/// <param name="template">The template the domain XML is made from, for a person.</param>
/// <param name="time">The clock.</param>
internal sealed class MachinePreparation(VmSpec spec, Daemon daemon, QemuLog log, string template, TimeProvider time)
{
    private const int PrivateFile = 0x180;

    private readonly MachineFiles _files = new(spec.RunDirectory);

    /// <summary>Does it.</summary>
    /// <param name="chain">What the overlay is backed by.</param>
    /// <param name="drafting">The overlay's content; awaited where it is needed, and the caller's to dispose.</param>
    /// <param name="describing">The domain XML; awaited where it is needed.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <exception cref="HostException">The host cannot run it.</exception>
    /// <exception cref="HypervisorException">Libvirt refuses.</exception>
    public async Task<LibvirtVirtualMachine> RunAsync(
        BackingChain chain, Task<SafeFileHandle> drafting, Task<string> describing, CancellationToken cancellationToken)
    {
        await using var rollback = new Rollback();
        try
        {
            var machine = await MakeAsync(chain, drafting, describing, rollback, cancellationToken).ConfigureAwait(false);
            rollback.Commit();
            return machine;
        }
        catch (LibvirtException exception)
        {
            var namesake = CreationFailure.IsNameTaken(exception) ? await FindNamesakeAsync().ConfigureAwait(false) : null;
            throw CreationFailure.Explain(spec, daemon.Uri, template, exception, namesake);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(exception, $"run directory '{spec.RunDirectory}'", "name another state directory with --state-dir");
        }
    }

    private async Task<LibvirtVirtualMachine> MakeAsync(
        BackingChain chain, Task<SafeFileHandle> drafting, Task<string> describing, Rollback rollback, CancellationToken cancellationToken)
    {
        var note = new DomainNote
        {
            Uuid = spec.Id.Uuid,
            Owner = spec.Owner.Value,
            Instance = spec.Machine.Name,
            SshPort = spec.SshPort,
            Log = log.Mark(spec.Machine.Name),
        };

        // Made anew and never found: a second machine in one directory would take the first one's files with it when it fails.
        _files.Note.Create(note);
        rollback.Push(_files.Remove);

        Overlay.Place(await drafting.WaitAsync(cancellationToken).ConfigureAwait(false), _files.Overlay).Dispose();

        // Ours from the start, or else whoever writes it down for libvirt would make it root's.
        Libc.Open(_files.ConsoleLog, Libc.WriteOnly | Libc.Create | Libc.Exclusive, PrivateFile).Dispose();

        // QEMU opens both for reading and writing, so that neither ever lacks its other end. Libvirt gives them to QEMU's user, and we are to hear all the same.
        Libc.MakeFifo(_files.SaidToGuest, PrivateFile);
        Libc.MakeFifo(_files.SaidByGuest, PrivateFile);
        KeepReadable(_files.SaidByGuest);

        using var wire = spec.Machine.Network == NetworkMode.Internet ? new WireSocket(_files.Wire) : null;
        var xml = await describing.WaitAsync(cancellationToken).ConfigureAwait(false);
        await daemon.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var machine = new LibvirtVirtualMachine(
            new MachineParts { Id = spec.Id, Files = _files, Daemon = daemon, Log = log, Note = note, Exists = false }, time);
        rollback.Push(machine.DetachAsync);
        rollback.Push(DestroyAsync);

        // Seen through whatever happens, so that no domain comes into being that nobody knows of.
        await daemon.CallAsync(Create(xml), CancellationToken.None).ConfigureAwait(false);

        // libvirt and QEMU went by the images' paths, and anything can have been at these meanwhile; now QEMU has its files, and the guest has not run.
        var qemu = machine.ConfirmCreation();
        chain.RequireOpenedBy(qemu, await daemon.CallAsync(FindNamedPaths, cancellationToken).ConfigureAwait(false));
        if (wire is not null)
        {
            using var connection = wire.Accept(qemu);
            using var guestEnd = new SafeFileHandle(connection.Handle, ownsHandle: false);
            var network = await GuestNetwork.StartAsync(spec, guestEnd, user: null, cancellationToken).ConfigureAwait(false);
            await network.BeReadyAsync(time, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return machine;
    }

    private static void KeepReadable(string path)
    {
        try
        {
            PosixAcl.Read(path).Grant(path, Libc.UserId, Permissions.Read);
        }
        catch (IOException exception) when (exception.HResult == Libc.NotSupported)
        {
            // Root needs no list, nor does who runs QEMU as himself; with another QEMU's user there are lists, or it would not come to its files.
        }
    }

    private Func<LibvirtConnection, bool> Create(string xml) => connection =>
    {
        try
        {
            connection.CreateDomain(xml, DomainCreateFlags.Paused).Dispose();
            return true;
        }
        catch (LibvirtException) when (Exists(connection))
        {
            // A connection was lost after the daemon had done it.
            return true;
        }
    };

    private bool Exists(LibvirtConnection connection)
    {
        try
        {
            return connection.With(spec.Id.Uuid, _ => { });
        }
        catch (LibvirtException)
        {
            return false;
        }
    }

    private IReadOnlyList<string> FindNamedPaths(LibvirtConnection connection)
    {
        IReadOnlyList<string> paths = [];
        connection.With(spec.Id.Uuid, domain => paths = DomainXml.ReadPaths(domain.GetXml()));
        return paths;
    }

    private async Task<Namesake?> FindNamesakeAsync()
    {
        try
        {
            return await daemon.CallAsync(
                connection =>
                {
                    using var domain = connection.FindDomainByName(spec.Machine.Name);
                    return domain is null ? null : Namesake.Read(domain.GetXml());
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is LibvirtException or OrchestratorException)
        {
            // It is over by now, or the daemon is: the failure that led here is what the user must read.
            return null;
        }
    }

    private async ValueTask DestroyAsync()
    {
        try
        {
            await daemon.CallAsync(connection => connection.With(spec.Id.Uuid, domain => domain.Destroy()), CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            // There never was a domain, most likely; the failure that led here is what the user must read.
        }
    }
}
