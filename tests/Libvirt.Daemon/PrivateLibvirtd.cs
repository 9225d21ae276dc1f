using System.Diagnostics;
using System.Globalization;

namespace Libvirt.Daemon;

/// <summary>
/// A libvirtd of one's own, with a virtlogd, on sockets and state directories of their own: it knows no domain of anybody else, and nobody
/// else's libvirtd knows its domains. Disposing ends both daemons and whatever domain is left.
/// </summary>
/// <remarks>
/// Root gets a system daemon in a mount namespace in which libvirt's directories are private ones, so a system libvirtd may well run
/// beside it; other users get a session daemon by way of the XDG directories. QEMU's capabilities stay in the usual cache, since
/// finding them out takes seconds. The daemon ends by itself some time after its last client and domain, should the test process be killed.
/// </remarks>
public sealed class PrivateLibvirtd : IAsyncDisposable
{
    private const string EndAfterIdleSeconds = "600";

    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    private readonly bool _isRoot = Environment.IsPrivilegedProcess;
    private readonly string _root;
    private readonly int _leastLogged;
    private DaemonProcess? _logDaemon;
    private DaemonProcess? _daemon;

    private PrivateLibvirtd(string root, bool logsEverything)
    {
        _root = root;
        _leastLogged = logsEverything ? 1 : 3;
        Files = Path.Combine(root, "files");
    }

    /// <summary>What to connect to.</summary>
    public string Uri => $"qemu+unix:///{(_isRoot ? "system" : "session")}?socket={Path.Combine(RuntimeDirectory, "libvirt-sock")}";

    /// <summary>The directory of everything: what else is of the daemons and their domains, and nobody else's.</summary>
    public string Root => _root;

    /// <summary>A directory for disks and media, which QEMU's user may pass through. Removed at the end.</summary>
    public string Files { get; }

    /// <summary>Where QEMU's output and the daemon's log are.</summary>
    public string Logs => Path.Combine(_root, "log");

    /// <summary>Where root's looks for hooks, when it starts.</summary>
    public string Hooks => Path.Combine(_root, "config", "libvirt", "hooks");

    /// <summary>Where it writes down each domain that it has, for the next libvirtd.</summary>
    public string RunningDomains => Path.Combine(RuntimeDirectory, "qemu", _isRoot ? "" : "run");

    /// <summary>False between its end and its next start.</summary>
    public bool IsRunning => _daemon is not null;

    /// <summary>The daemon's process, while it runs.</summary>
    public int ProcessId => Running.Id;

    /// <summary>The processes of both daemons that run.</summary>
    public IReadOnlyList<int> ProcessIds => [.. new[] { _daemon, _logDaemon }.OfType<DaemonProcess>().Select(daemon => daemon.Id)];

    private DaemonProcess Running => _daemon ?? throw new InvalidOperationException("libvirtd does not run.");

    private string RuntimeDirectory => Path.Combine(_root, "run", "libvirt");

    /// <summary>Why no daemon can be started on this machine, in one line fit for skipping a test; null if one can.</summary>
    public static string? FindObstacle()
    {
        string[] programs = Environment.IsPrivilegedProcess ? ["libvirtd", "virtlogd", "unshare"] : ["libvirtd", "virtlogd"];
        return programs.FirstOrDefault(program => FindProgram(program) is null) is { } missing
            ? $"{missing} is not installed (Debian: libvirt-daemon-system)"
            : null;
    }

    /// <summary>Starts virtlogd and libvirtd, and returns once they serve.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="logsEverything">Whether they log what only their developers want to know, too.</param>
    public static async Task<PrivateLibvirtd> StartAsync(CancellationToken cancellationToken, bool logsEverything = false)
    {
        // Short, as sockets lie below it; passable, as QEMU runs as another user.
        var root = Path.Combine(Path.GetTempPath(), $"lv-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 5))}");
        MakeDirectory(root, 0b111_001_001);
        var daemon = new PrivateLibvirtd(root, logsEverything);
        try
        {
            await daemon.PrepareAsync(cancellationToken);
            daemon._logDaemon = await daemon.LaunchAsync("virtlogd", cancellationToken);
            daemon._daemon = await daemon.LaunchAsync("libvirtd", cancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills libvirtd (SIGKILL). Domains run on.</summary>
    public async Task KillAsync()
    {
        await Running.KillAsync();
        Forget();
    }

    /// <summary>Stops libvirtd in order (SIGTERM). Domains run on.</summary>
    public async Task StopAsync()
    {
        await Running.StopAsync();
        Forget();
    }

    /// <summary>Starts libvirtd again, which finds the domains that still run.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken) => _daemon = await LaunchAsync("libvirtd", cancellationToken);

    /// <summary>Freezes libvirtd (SIGSTOP): it answers nothing, and its socket stays open.</summary>
    public void Freeze() => Running.Freeze();

    /// <summary>Lets a frozen libvirtd go on (SIGCONT).</summary>
    public void Thaw() => Running.Thaw();

    /// <summary>Ends the daemons and what domains are left, and removes the directories.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            _daemon.Thaw();
            await StopAsync();
        }

        KillLeftDomains();
        if (_logDaemon is not null)
        {
            await _logDaemon.StopAsync();
            _logDaemon.Dispose();
            _logDaemon = null;
        }

        Directory.Delete(_root, recursive: true);
    }

    private static void MakeDirectory(string path, int mode)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)mode); // whatever the umask
    }

    private static string? FindProgram(string name) =>
        SystemDirectories.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        MakeDirectory(Files, 0b111_001_001);
        foreach (var directory in new[] { "run/libvirt", "lib", "log", "config/libvirt", "lock" })
        {
            MakeDirectory(Path.Combine(_root, directory), 0b111_101_101);
        }

        var configuration = Path.Combine(_root, "config", "libvirt");
        await File.WriteAllTextAsync(
            Path.Combine(configuration, "libvirtd.conf"),
            $"""
            auth_unix_ro = "none"
            auth_unix_rw = "none"
            {LoggingTo("libvirtd.log")}

            """,
            cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(configuration, "virtlogd.conf"), LoggingTo("virtlogd.log"), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(configuration, "qemu.conf"), "", cancellationToken);
    }

    private string LoggingTo(string file) =>
        $"""
        log_level = {_leastLogged}
        log_outputs = "{_leastLogged}:file:{Path.Combine(Logs, file)}"
        """;

    private Task<DaemonProcess> LaunchAsync(string name, CancellationToken cancellationToken)
    {
        var program = FindProgram(name) ?? throw new InvalidOperationException($"{name} is not installed.");
        var start = _isRoot ? new ProcessStartInfo("unshare", NamespaceArguments()) : new ProcessStartInfo(program);
        if (_isRoot)
        {
            start.ArgumentList.Add(program);
        }
        else
        {
            start.Environment["XDG_RUNTIME_DIR"] = Path.Combine(_root, "run");
            start.Environment["XDG_CONFIG_HOME"] = Path.Combine(_root, "config");
        }

        // The default file in /run is a lock that only one daemon of the machine can have.
        start.ArgumentList.Add("--pid-file");
        start.ArgumentList.Add(Path.Combine(_root, $"{name}.pid"));
        start.ArgumentList.Add("--timeout");
        start.ArgumentList.Add(EndAfterIdleSeconds);
        start.Environment.Remove("LIBVIRT_DEFAULT_URI");
        return DaemonProcess.StartAsync(start, name, Path.Combine(_root, $"{name}.notify"), cancellationToken);
    }

    private string[] NamespaceArguments()
    {
        // /var/lock too: a console's terminal is locked there by its number, which another daemon's machine may have had.
        const string Script = """
            root=$1
            shift
            mkdir -p /run/libvirt
            mount --bind "$root/run/libvirt" /run/libvirt
            mount --bind "$root/lib" /var/lib/libvirt
            mount --bind "$root/log" /var/log/libvirt
            mount --bind "$root/config/libvirt" /etc/libvirt
            mount --bind "$root/lock" /var/lock
            exec "$@"
            """;
        return ["--mount", "--propagation", "private", "sh", "-ec", Script, "sh", _root];
    }

    private void Forget()
    {
        _daemon?.Dispose();
        _daemon = null;
    }

    private void KillLeftDomains()
    {
        // libvirt keeps a pid file for each QEMU it started, and removes it with the domain.
        foreach (var file in Directory.EnumerateFiles(_root, "*.pid", SearchOption.AllDirectories))
        {
            if (int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && File.Exists($"/proc/{id}/cmdline")
                && File.ReadAllText($"/proc/{id}/cmdline").Contains("qemu-system", StringComparison.Ordinal))
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
        }
    }
}
