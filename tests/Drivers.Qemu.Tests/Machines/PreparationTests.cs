using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>Preparing a machine: what it is then, and what is left when it fails.</summary>
[Trait("Category", "Integration")]
public sealed class PreparationTests : IAsyncDisposable
{
    private readonly Workshop _workshop = new();

    [Fact]
    public async Task Qemu_runs_in_its_own_session_sandboxed_with_nothing_inherited()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        Environment.SetEnvironmentVariable("A_SECRET_TOKEN", "not for guests");
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        var pid = Workshop.PidOf(spec.Id)!.Value;

        var environment = (await File.ReadAllTextAsync($"/proc/{pid}/environ", Workshop.Token)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["LC_ALL", "PATH"], environment.Select(variable => variable.Split('=')[0]).Order());

        var status = await File.ReadAllLinesAsync($"/proc/{pid}/status", Workshop.Token);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Equal("/", File.ResolveLinkTarget($"/proc/{pid}/cwd", false)?.FullName);

        var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat", Workshop.Token);
        var session = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
        Assert.Equal($"{pid}", session);

        // Its arguments tell nothing of where it lives: that is why it can run as anybody.
        Assert.DoesNotContain(_workshop.Root, await File.ReadAllTextAsync($"/proc/{pid}/cmdline", Workshop.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Qemu_has_no_files_that_it_was_not_given()
    {
        // As a shell leaves them: `exec 9>lock`.
        var leaked = Processes.Inheritable.Open(Path.Combine(_workshop.Root, "lock"));
        try
        {
            var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
            await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

            var files = Directory.EnumerateFiles($"/proc/{Workshop.PidOf(spec.Id)}/fd")
                .Select(link => new FileInfo(link).LinkTarget)
                .Where(file => file?.StartsWith(_workshop.Root, StringComparison.Ordinal) is true)
                .Distinct()
                .Order();
            Assert.Equal(
                new[]
                {
                    spec.Machine.BaseImagePath,
                    Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog),
                    Path.Combine(spec.RunDirectory, "guest.fifo"),
                    Path.Combine(spec.RunDirectory, RunFiles.HypervisorLog),
                    Path.Combine(spec.RunDirectory, RunFiles.Overlay),
                },
                files);
        }
        finally
        {
            leaked.Dispose();
        }
    }

    [Fact]
    public async Task Every_file_of_a_run_is_private()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        Assert.All(
            Directory.EnumerateFiles(spec.RunDirectory),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task As_root_qemu_can_run_as_somebody_who_can_read_nothing_of_ours()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run QEMU as another user");
        var driver = DriverWith(("run-as", "nobody"));
        File.SetUnixFileMode(_workshop.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.PowersOff));
        await using (var machine = await driver.PrepareAsync(spec, Workshop.Token))
        {
            var status = await File.ReadAllLinesAsync($"/proc/{Workshop.PidOf(spec.Id)}/status", Workshop.Token);
            Assert.Contains(status, line => line.StartsWith("Uid:\t65534\t65534\t65534\t65534", StringComparison.Ordinal));
            Assert.Contains("CapEff:\t0000000000000000", status);

            await machine.StartAsync(new byte[4096], Workshop.Token);
            Assert.Equal(VmExitReason.GuestShutdown, (await machine.Completion.WaitAsync(TimeSpan.FromSeconds(20), Workshop.Token)).Reason);
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_user_that_does_not_exist_is_a_clear_error()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gets as far as looking the user up");
        var refusal = await FailsAsync<ConfigurationException>(DriverWith(("run-as", "no-such-user")));

        Assert.Contains("no such user", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain.qcow2")]
    [InlineData("with,commas,,and spaces.qcow2")]
    [InlineData("-b:nbd:host:10809,%s%n.qcow2")]
    [InlineData("it's \"quoted\" \\ {json}\n.qcow2")]
    [InlineData("Ünïcode ☃ 虚拟机.qcow2")]
    public async Task An_image_may_have_any_name(string name)
    {
        var source = _workshop.MakeImage(Guests.PowersOff);
        var image = Path.Combine(_workshop.Images, name);
        File.Move(source, image, overwrite: true);
        await using var machine = await _workshop.Driver.PrepareAsync(_workshop.Describe(image), Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        Assert.Equal(VmExitReason.GuestShutdown, (await machine.Completion.WaitAsync(TimeSpan.FromSeconds(20), Workshop.Token)).Reason);
    }

    [Fact]
    public async Task A_base_image_may_itself_be_backed_by_others()
    {
        _workshop.MakeImage(Guests.PowersOff, "bottom.qcow2");
        Workshop.Run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "bottom.qcow2", Path.Combine(_workshop.Images, "middle.qcow2"));
        Workshop.Run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "middle.qcow2", Path.Combine(_workshop.Images, "top.qcow2"));
        var spec = _workshop.Describe(
            Path.Combine(_workshop.Images, "top.qcow2"),
            machine => machine with { BackingImagePaths = [.. new[] { "middle.qcow2", "bottom.qcow2" }.Select(name => Path.Combine(_workshop.Images, name))] });
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        Assert.Equal(VmExitReason.GuestShutdown, (await machine.Completion.WaitAsync(TimeSpan.FromSeconds(20), Workshop.Token)).Reason);
    }

    [Theory]
    [InlineData(NetworkMode.Open)]
    [InlineData(NetworkMode.Restricted)]
    public async Task The_ssh_port_listens_on_the_loopback_only(NetworkMode network)
    {
        var port = FreePort();
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles), machine => machine with { Network = network }) with { SshPort = port };
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Workshop.Token);
        var hexPort = port.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
        var listeners = (await File.ReadAllLinesAsync("/proc/net/tcp", Workshop.Token))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(':' + hexPort, StringComparison.Ordinal) && fields[3] == "0A");
        Assert.Equal("0100007F:" + hexPort, Assert.Single(listeners)[1]);
    }

    [Fact]
    public async Task A_busy_port_is_named()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;

        var refusal = await FailsAsync<HostException>(
            _workshop.Driver, spec => spec with { Machine = spec.Machine with { Network = NetworkMode.Open }, SshPort = port });

        Assert.Equal(HostProblem.PortBusy, refusal.Problem);
        Assert.Contains($"ssh-port {port} is taken", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qemu-system-nowhere", "qemu-img", "apt-get install qemu-system-x86")]
    [InlineData("qemu-system-x86_64", "qemu-img-nowhere", "apt-get install qemu-utils")]
    public async Task A_missing_program_is_named_with_its_package(string qemu, string qemuImg, string remedy)
    {
        var refusal = await FailsAsync<HostException>(new QemuDriver(ContextWith(("binary", qemu)), qemuImg));

        Assert.Equal(HostProblem.MissingProgram, refusal.Problem);
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_qemu_that_dies_at_once_is_quoted()
    {
        var refusal = await FailsAsync<HypervisorException>(
            DriverWith(("binary", MakeScript("echo 'qemu-system-x86_64: the flux capacitor is missing' >&2; exit 7"))));

        Assert.Equal("QEMU exited with code 7 before it came up: the flux capacitor is missing", refusal.Message);
    }

    [Fact]
    public async Task A_qemu_that_hangs_is_ended_when_the_caller_gives_up()
    {
        var driver = DriverWith(("binary", MakeScript("exec sleep 1000")));
        var spec = _workshop.Describe(_workshop.MakeImage());
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Workshop.Token);
        impatience.CancelAfter(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driver.PrepareAsync(spec, impatience.Token));

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_qemu_img_that_fails_is_quoted()
    {
        var refusal = await FailsAsync<HostException>(
            new QemuDriver(_workshop.Context, MakeScript("echo 'qemu-img: out of cheese' >&2; exit 1")));

        Assert.Contains("exited with code 1: qemu-img: out of cheese", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlay_smaller_than_its_image_is_refused_with_both_sizes()
    {
        var refusal = await FailsAsync<ConfigurationException>(_workshop.Driver, spec => spec with { Machine = spec.Machine with { RootDiskBytes = 8L << 20 } });

        Assert.Contains("root-disk is 8M", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("is 16M", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_the_host_does_not_have_is_refused()
    {
        var refusal = await FailsAsync<HostException>(_workshop.Driver, spec => spec with { Machine = spec.Machine with { MemoryBytes = 1L << 46 } });

        Assert.Contains("67108864M", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_directory_too_deep_for_sockets_is_refused_with_a_remedy()
    {
        var deep = Path.Combine(_workshop.Runs, new string('d', 100));
        var refusal = await FailsAsync<ConfigurationException>(
            _workshop.Driver, spec => spec with { RunDirectory = Directory.CreateDirectory(deep).FullName });

        Assert.Contains("--state-dir", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_machine_in_one_directory_is_refused_and_the_first_goes_on()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        await Assert.ThrowsAsync<HostException>(() => _workshop.Driver.PrepareAsync(spec, Workshop.Token));

        await machine.StartAsync(default, Workshop.Token);
        Assert.NotNull(Workshop.PidOf(spec.Id));
    }

    [Fact]
    public async Task Cancelling_at_any_moment_leaves_nothing()
    {
        var image = _workshop.MakeImage();
        for (var delay = 0; delay <= 120; delay += 6)
        {
            var spec = _workshop.Describe(image);
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Workshop.Token);
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(delay));
            try
            {
                await (await _workshop.Driver.PrepareAsync(spec, cancellation.Token)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // That is what cancelling does.
            }

            Workshop.AssertNothingLeft(spec);
        }
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private QemuDriver DriverWith((string Name, string Value) setting) => new(ContextWith(setting));

    private DriverContext ContextWith((string Name, string Value) setting) =>
        _workshop.Context with { Settings = new Dictionary<string, string> { [setting.Name] = setting.Value } };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<T> FailsAsync<T>(QemuDriver driver, Func<VmSpec, VmSpec>? change = null)
        where T : Exception
    {
        var spec = _workshop.Describe(_workshop.MakeImage());
        spec = change is null ? spec : change(spec);
        var refusal = await Assert.ThrowsAsync<T>(() => driver.PrepareAsync(spec, Workshop.Token));
        Assert.DoesNotContain('\n', refusal.Message);
        Workshop.AssertNothingLeft(spec);
        return refusal;
    }

    private string MakeScript(string body)
    {
        var path = Path.Combine(_workshop.Root, Path.GetRandomFileName());
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, Workshop.Executable);
        return path;
    }
}
