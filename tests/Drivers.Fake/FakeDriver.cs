using System.Collections.Concurrent;

namespace Orchestrator.Drivers.Fake;

/// <summary>
/// A driver without a hypervisor. It obeys the contract (the conformance suite runs against it) and can be told to fail or block at
/// each step, so that the run lifecycle is tested without time passing.
/// </summary>
public sealed class FakeDriver : IHypervisorDriver
{
    private readonly FakeHost _host;
    private readonly ConcurrentQueue<VmId> _erased = new();

    /// <summary>A driver on a host of its own, or on one that others use too.</summary>
    public FakeDriver(FakeHost? host = null) => _host = host ?? new FakeHost();

    /// <summary>The host.</summary>
    public FakeHost Host => _host;

    /// <summary>Plays each guest from its first instruction; by default the guest does nothing until the power button is pressed.</summary>
    public Func<FakeGuest, Task> Script { get; set; } = async guest =>
    {
        await Task.WhenAny(guest.PowerButton, guest.Over);
        guest.ShutDown();
    };

    /// <summary>Runs at the end of <see cref="PrepareAsync"/>; throws to fail it, waits to block it.</summary>
    public Func<VmSpec, CancellationToken, Task> WhilePreparing { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Runs before a machine starts.</summary>
    public Func<CancellationToken, Task> WhileStarting { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a medium is removed.</summary>
    public Func<CancellationToken, Task> WhileRemoving { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before the power button is pressed.</summary>
    public Func<CancellationToken, Task> WhilePoweringDown { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a machine is killed.</summary>
    public Func<CancellationToken, Task> WhileKilling { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a machine is destroyed by its id.</summary>
    public Func<CancellationToken, Task> WhileDestroying { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a medium was erased.</summary>
    public Action WhileErasing { get; set; } = () => { };

    /// <summary>Runs before machines are listed.</summary>
    public Func<CancellationToken, Task> WhileListing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a machine is attached to.</summary>
    public Func<CancellationToken, Task> WhileAttaching { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs whenever the host is examined.</summary>
    public Action WhileProbing { get; set; } = () => { };

    /// <summary>The port that leads to the SSH of guests for which none was demanded.</summary>
    public const int ChosenPort = 49152;

    /// <summary>Judges a machine before anything is made for it; throws to refuse it.</summary>
    public Action<MachineDescription, int?> Requirement { get; set; } = (_, _) => { };

    /// <summary>The runs whose medium was erased, in order.</summary>
    public IReadOnlyCollection<VmId> Erased => _erased;

    /// <summary>What <see cref="ProbeAsync"/> reports.</summary>
    public DriverReport Report { get; set; } = new([new HostCheck("fake", HostCheckOutcome.Passed, "always there")]);

    /// <summary>The driver's registration.</summary>
    public static DriverRegistration Registration { get; } = new()
    {
        Name = "fake",
        Summary = "a machine of the tests",
        Capabilities = new DriverCapabilities
        {
            Architectures = Enum.GetValues<GuestArchitecture>(),
            Networks = Enum.GetValues<NetworkMode>(),
            ReportsPanic = true,
            ReportsStorageFull = true,
            SharesDirectories = true,
            MachinesOutliveOrchestrator = true,
        },
        Create = _ => new FakeDriver(),
    };

    /// <inheritdoc/>
    DriverRegistration IHypervisorDriver.Registration => Registration;

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckSettings() => [];

    /// <inheritdoc/>
    public Task<DriverReport> ProbeAsync(CancellationToken cancellationToken)
    {
        WhileProbing();
        return Task.FromResult(Report);
    }

    /// <inheritdoc/>
    public void Require(MachineDescription machine, int? sshPort) => Requirement(machine, sshPort);

    /// <inheritdoc/>
    public async Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var domain = new FakeDomain(spec, Script);
        var overlay = Path.Combine(spec.RunDirectory, RunFiles.Overlay);
        try
        {
            MakePrivateFile(overlay);
            await WhilePreparing(spec, cancellationToken);
        }
        catch
        {
            RemoveFiles(spec);
            throw;
        }

        _host.Domains[spec.Id] = domain;
        return new FakeMachine(this, domain);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VmRecord>> ListAsync(OwnerId owner, CancellationToken cancellationToken)
    {
        await WhileListing(cancellationToken);
        return
        [
            .. _host.Domains.Values
                .Where(domain => domain.Spec.Owner == owner)
                .Select(domain => new VmRecord(
                    domain.Spec.Id,
                    domain.Spec.Machine.Name,
                    domain.Exit.Task.IsCompleted ? VmState.Ended : domain.Running ? VmState.Running : VmState.Paused)),
        ];
    }

    /// <inheritdoc/>
    public async Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken)
    {
        await WhileAttaching(cancellationToken);
        if (!_host.Domains.TryGetValue(id, out var domain))
        {
            return null;
        }

        domain.Attach();
        return new FakeMachine(this, domain, found: true);
    }

    /// <inheritdoc/>
    public void EraseMedium(VmId id)
    {
        _erased.Enqueue(id);
        WhileErasing();
    }

    /// <inheritdoc/>
    public async Task DestroyAsync(VmId id, CancellationToken cancellationToken)
    {
        await WhileDestroying(cancellationToken);
        if (_host.Domains.TryRemove(id, out var domain))
        {
            domain.End(new VmExit(VmExitReason.Killed, "destroyed"));
            RemoveFiles(domain.Spec);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken) => _host.Domains.TryGetValue(id, out var domain)
        ? Task.FromResult(domain.OpenConsole())
        : throw new HypervisorException($"there is no machine {id}");

    private static void MakePrivateFile(string path) => new FileStream(
        path,
        new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();

    private static void RemoveFiles(VmSpec spec)
    {
        foreach (var name in Directory.Exists(spec.RunDirectory) ? (string[])[RunFiles.Overlay, RunFiles.ConsoleLog] : [])
        {
            File.Delete(Path.Combine(spec.RunDirectory, name));
        }
    }
}
