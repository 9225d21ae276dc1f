using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;
using Orchestrator.Images;
using Orchestrator.Leases;
using Orchestrator.Operations;
using Orchestrator.Output;
using Orchestrator.Preprocessing;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>What a command works with: its arguments, the files they name, and the program's services.</summary>
internal sealed class Session : IDisposable
{
    // Its loop waits for nothing.
    private static readonly TimeSpan ServicePatience = TimeSpan.FromSeconds(2);

    private readonly IHost _host;

    private Session(Invocation invocation, HostSettings settings, IHost host)
    {
        Command = invocation.Command;
        Settings = settings;
        _host = host;
    }

    /// <summary>The command as it was typed.</summary>
    public ParseResult Command { get; }

    /// <summary>The host's settings, options included.</summary>
    public HostSettings Settings { get; }

    /// <summary>Where to speak.</summary>
    public Terminal Terminal => Service<Terminal>();

    /// <summary>Time.</summary>
    public TimeProvider Time => Service<TimeProvider>();

    /// <summary>The drivers.</summary>
    public DriverCatalog Drivers => Service<DriverCatalog>();

    /// <summary>What replaces the calls in configs.</summary>
    public Preprocessor Preprocessor => Preprocessor.ForHost(Settings, GitHub);

    /// <summary>GitHub.</summary>
    public GitHubApi GitHub => Service<GitHubApi>();

    /// <summary>Reads the settings and composes the program.</summary>
    /// <param name="invocation">The command as it was typed, and where to speak.</param>
    /// <param name="needsInstances">As in <see cref="LoadSettings"/>.</param>
    public static Session Open(Invocation invocation, bool needsInstances = false) => Compose(invocation, LoadSettings(invocation, needsInstances));

    /// <summary>Composes the program.</summary>
    /// <param name="invocation">The command as it was typed, and where to speak.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="more">Adds what not every command needs.</param>
    public static Session Compose(Invocation invocation, HostSettings settings, Action<IHostApplicationBuilder>? more = null) => new(
        invocation,
        settings,
        CompositionRoot.Build(settings, invocation.Terminal, invocation.Command.GetValue(SharedOptions.Verbose), more));

    /// <summary>Reads the settings, and passes on what they warn of.</summary>
    /// <param name="invocation">The command as it was typed, and where to speak.</param>
    /// <param name="needsInstances">The command is about instances that are described somewhere, if only in the working directory.</param>
    /// <param name="more">Settings that the command has options of its own for; null where they were not given.</param>
    public static HostSettings LoadSettings(Invocation invocation, bool needsInstances, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var (command, terminal, drivers) = invocation;
        var flags = SharedOptions.SettingsOf(command);
        foreach (var (name, value) in more)
        {
            if (value is not null)
            {
                flags[name] = value;
            }
        }

        var named = SharedOptions.NamedFile(command);
        var file = needsInstances ? command.GetValue(SharedOptions.File) : named;
        var sources = HostSettingsSources.OfProcess(flags, file, instancesNamed: named is not null, command.GetValue(SharedOptions.Settings));
        var settings = HostSettings.Load(sources, drivers);
        foreach (var warning in settings.Warnings)
        {
            terminal.Warning(warning);
        }

        return settings;
    }

    /// <summary>Runs the program's services until they end.</summary>
    /// <exception cref="OrchestratorException">One could not be started, or failed.</exception>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        var services = _host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        await _host.RunAsync(cancellationToken);
        foreach (var service in services)
        {
            // One that had not begun when the program was asked to end is cancelled by that, which is no failure.
            if (service.ExecuteTask is { IsCanceled: false } executed)
            {
                await executed;
            }
        }
    }

    /// <summary>The state directory, if there is one yet: a command that only looks makes nothing.</summary>
    /// <exception cref="Drivers.HostException">It cannot be used.</exception>
    public StateDirectory? ExistingState => Directory.Exists(Settings.StateDirectory) ? StateDirectory.Open(Settings.StateDirectory) : null;

    /// <summary>What looks at everything a state directory has.</summary>
    public RunInventory InventoryOf(StateDirectory state) => new(state, Drivers, Settings.Driver, Time);

    /// <summary>What is left of past runs.</summary>
    public RunHistory HistoryOf(StateDirectory state) => state.HistoryWithin(Settings.History, Drivers.Files, Time);

    /// <summary>The base images that were fetched; none where there is no state directory yet.</summary>
    public ImageCache ImageCache => new(StateDirectory.ImagesOf(Settings.StateDirectory), Time);

    /// <summary>Gives back what runs hold elsewhere.</summary>
    public LeaseReturn LeasesOf(StateDirectory state) => new(new LeaseStore(state), _host.Services.GetServices<ILessor>(), Time);

    /// <summary>What removes what there is of dead runs.</summary>
    public RunSweep SweepOf(StateDirectory state, ISweepObserver observer) => new(HistoryOf(state), Drivers, LeasesOf(state), observer, Time);

    /// <summary>Looks at everything; nothing where there is no state directory yet.</summary>
    public async Task<Inventory> TakeInventoryAsync(CancellationToken cancellationToken) => ExistingState is { } state
        ? await InventoryOf(state).TakeAsync(cancellationToken)
        : new Inventory([], [], [], []);

    /// <summary>Asks the state directory's service which of its instances have no run; none where no service answers.</summary>
    public async Task<IReadOnlyList<IdleInstance>> AskServiceAsync(CancellationToken cancellationToken)
    {
        if (ExistingState is not { } state || !File.Exists(state.ControlSocket))
        {
            return [];
        }

        using var patience = new CancellationTokenSource(ServicePatience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return (await new ControlClient(state.ControlSocket).AskAsync(new ControlRequest(ControlRequest.Status), either.Token)).Instances ?? [];
        }
        catch (Exception error) when (error is HostException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A service that died, hangs, or is older than this program: the runs say enough of it.
            return [];
        }
    }

    /// <summary>Finds the run that a person names.</summary>
    /// <exception cref="Orchestrator.Drivers.ConfigurationException">There is none, or more than one.</exception>
    public async Task<(StateDirectory State, RunEntry Run)> FindRunAsync(string name, CancellationToken cancellationToken)
    {
        var inventory = await TakeInventoryAsync(cancellationToken);
        foreach (var warning in inventory.Warnings)
        {
            Terminal.Warning(warning);
        }

        var run = RunTargets.Find(name, inventory.Runs);
        return (ExistingState!, run);
    }

    /// <summary>Reads the instances file and passes on what it warns of.</summary>
    public InstancesFile LoadInstances()
    {
        var instances = InstancesFile.Load(Command.GetValue(SharedOptions.File)!, Settings);
        foreach (var warning in instances.Warnings)
        {
            Terminal.Warning(warning);
        }

        return instances;
    }

    public void Dispose() => _host.Dispose();

    private T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();
}
