using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What a prepared machine is, and what remains of one that could not be prepared.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task A_prepared_machine_is_paused_and_its_guest_has_done_nothing()
    {
        var watched = await PrepareAsync();

        await Task.Delay(Quiet, Token);

        Assert.Equal(watched.Spec.Id, watched.Machine.Id);
        Assert.Equal(new VmRecord(watched.Spec.Id, watched.Spec.Machine.Name, VmState.Paused), await FindAsync(watched.Spec));
        Assert.Empty(watched.Console.Said);
        Assert.Empty(watched.Events.Said);
        Assert.False(watched.Machine.Completion.IsCompleted);
        var log = new FileInfo(Path.Combine(watched.Spec.RunDirectory, RunFiles.ConsoleLog));
        Assert.True(!log.Exists || log.Length == 0, "the guest wrote to its console before it was started");
    }

    [Fact]
    public async Task Nobody_else_can_read_what_is_made_in_the_run_directory()
    {
        var watched = await PrepareAsync();

        // A socket is guarded by its directory; of the others, none may be open to anybody who gets that far.
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
        Assert.All(
            Directory.EnumerateFiles(watched.Spec.RunDirectory).Where(path => Path.GetExtension(path) != ".sock"),
            path => Assert.True((File.GetUnixFileMode(path) & others) == 0, $"{path} has mode {File.GetUnixFileMode(path)}"));
    }

    [Fact]
    public async Task A_missing_image_is_named_and_leaves_nothing()
    {
        var image = Path.Combine(harness.Root, "no-such-image.qcow2");

        var failure = await FailToPrepareAsync<HostException>(Describe(machine => machine with { BaseImagePath = image }));

        Assert.Equal(HostProblem.UnusableImage, failure.Problem);
        Assert.Contains(image, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_disk_smaller_than_the_image_is_the_users_mistake_and_leaves_nothing()
    {
        var failure = await FailToPrepareAsync<ConfigurationException>(Describe(machine => machine with { RootDiskBytes = harness.BaseImageBytes - 512 }));

        Assert.Contains("root-disk", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_port_is_told_from_other_failures_and_leaves_nothing()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;

        var failure = await FailToPrepareAsync<HostException>(Describe() with { SshPort = port });

        Assert.Equal(HostProblem.PortBusy, failure.Problem);
        Assert.Contains($"{port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preparation_that_was_cancelled_beforehand_makes_nothing()
    {
        var spec = Describe();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _driver.PrepareAsync(spec, new CancellationToken(canceled: true)));

        await AssertNothingLeftAsync(spec);
    }

    [Fact]
    public async Task A_preparation_that_is_cancelled_anywhere_leaves_nothing()
    {
        const int steps = 8;
        var clock = Stopwatch.StartNew();
        await (await _driver.PrepareAsync(Describe(), Token)).DisposeAsync();
        var whole = clock.Elapsed;
        for (var step = 0; step < steps; step++)
        {
            var spec = Describe();
            using var cancellation = new CancellationTokenSource(whole * step / steps);
            try
            {
                // It may be quicker than the time before.
                await (await _driver.PrepareAsync(spec, cancellation.Token)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellation.IsCancellationRequested);
            }

            await AssertNothingLeftAsync(spec);
        }
    }

    private async Task<TException> FailToPrepareAsync<TException>(VmSpec spec)
        where TException : OrchestratorException
    {
        var failure = await Assert.ThrowsAsync<TException>(() => _driver.PrepareAsync(spec, Token));

        Assert.DoesNotContain('\n', failure.Message);
        await AssertNothingLeftAsync(spec);
        return failure;
    }
}
