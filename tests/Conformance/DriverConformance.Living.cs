using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What a guest lives to see that does nothing unusual.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task A_started_guest_reads_exactly_what_is_on_the_medium()
    {
        const string prefix = "instance.json base64 ";
        var life = await harness.OrdinaryLifeAsync();

        var line = Assert.Single(life.Said, line => line.StartsWith(prefix, StringComparison.Ordinal));
        Assert.Equal(life.Document, Convert.FromBase64String(line[prefix.Length..].TrimEnd()));
        Assert.Contains("ejected", life.Said);
    }

    [Fact]
    public async Task An_ordinary_user_of_the_guest_reads_the_medium_that_root_has_mounted()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Contains($"mounted with -o ro: manage reads sha256={Convert.ToHexStringLower(SHA256.HashData(life.Document))}", life.Said);
    }

    [Fact]
    public async Task The_guests_disk_is_as_large_as_the_spec_says()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Contains($"root disk: {life.Spec.Machine.RootDiskBytes >> 20} MiB", life.Said);
    }

    [Fact]
    public async Task The_events_of_a_life_come_in_order_and_the_last_is_that_it_stopped()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Equal<VmEvent>(
            [new VmEvent.TrayOpened(), new VmEvent.Stopped(life.Exit)],
            life.Events.Where(happened => happened is not (VmEvent.TrayClosed or VmEvent.GuestSaid)));
        Assert.IsType<VmEvent.Stopped>(life.Events[^1]);
    }

    [Fact]
    public async Task A_guest_that_shuts_itself_down_ends_as_that() =>
        Assert.Equal(VmExitReason.GuestShutdown, (await harness.OrdinaryLifeAsync()).Exit.Reason);

    [Fact]
    public async Task A_machine_that_is_over_is_listed_as_ended_until_it_is_disposed_of()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Equal(VmState.Ended, life.ListedAtTheEnd);
        Assert.Empty(life.Leftovers);
    }

    [Fact]
    public async Task Commands_to_a_machine_that_is_over_succeed()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.All(life.AfterTheEnd, command => Assert.True(command.Value is null, $"{command.Key}: {command.Value}"));
    }

    [Fact]
    public async Task A_machine_can_be_started_only_once()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.NotNull(life.SecondStart);
        Assert.NotNull(life.StartAfterTheEnd);
    }

    [Fact]
    public async Task The_console_is_kept_in_a_file_as_well()
    {
        var life = await harness.OrdinaryLifeAsync();

        // QEMU (since 6.0) notes a character each time that it offers it, and offers it again where whoever reads the console lags behind.
        Assert.All(life.Said, line => Assert.Matches(string.Concat(line.Select(character => $"{Regex.Escape($"{character}")}+")), life.ConsoleLog));
    }

    [Fact]
    public async Task The_base_image_is_not_written_to()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Equal(life.BaseImage.Before, life.BaseImage.After);
    }

    [Fact]
    public async Task Four_machines_live_side_by_side_and_end_each_in_its_own_way_but_the_last_which_its_ssh_port_leads_to()
    {
        var specs = Enumerable.Range(0, 4).Select(number => Describe(machine => machine with { Name = $"vm-{number}" })).ToArray();
        var machines = await Task.WhenAll(specs.Select(spec => PrepareAsync(spec: spec)));
        await Task.WhenAll(machines.Select(async machine =>
        {
            await machine.StartAsync(harness, TinyPlan.Stays, Token);
            await machine.SaysAsync("hanging", Token);
            await machine.Removed.WaitAsync(Token);
        }));
        Assert.All(machines, machine =>
        {
            Assert.Contains($"configuration read: name={machine.Spec.Machine.Name}", machine.Guest.Said);
            Assert.False(machine.Machine.Completion.IsCompleted);
        });

        await machines[0].Machine.RequestPowerDownAsync(Token);
        await machines[1].Machine.KillAsync(Token);
        harness.CrashHypervisor(specs[2]);
        var exits = await Task.WhenAll(machines[..3].Select(machine => machine.EndsAsync(Token)));

        Assert.Equal([VmExitReason.PoweredOff, VmExitReason.Killed, VmExitReason.HypervisorCrashed], exits.Select(exit => exit.Reason));
        Assert.Contains("power button pressed", machines[0].Guest.Said);
        Assert.False(machines[3].Machine.Completion.IsCompleted);
        Assert.Equal(VmState.Running, (await FindAsync(specs[3]))?.State);
        if (harness.ServesSsh)
        {
            await AssertReachedBySshAsync(machines[3]);
        }

        await Task.WhenAll(machines.Select(machine => machine.DisposeAsync().AsTask()));
        foreach (var spec in specs)
        {
            await AssertNothingLeftAsync(spec);
        }
    }

    private static async Task AssertReachedBySshAsync(WatchedMachine watched)
    {
        await watched.SaysAsync("ssh ready", Token);

        // Images know the card by its address, which QEMU gives to the first one, or by its place.
        Assert.Contains("network card: 52:54:00:12:34:56 at 0000:00:1c.0", watched.Guest.Said);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, watched.Spec.SshPort!.Value, Token);
        await client.GetStream().WriteAsync("SSH-2.0-conformance\r\n"u8.ToArray(), Token); // as SSH clients do
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var banner = await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.StartsWith("SSH-2.0-", banner, StringComparison.Ordinal);
        Assert.False(IsOpenToOtherHosts(watched.Spec.SshPort.Value), "the SSH port is open to other hosts");
    }

    /// <summary>Whether the port is listened at on an address that is not the loopback's (proc(5), <c>/proc/net/tcp</c>).</summary>
    private static bool IsOpenToOtherHosts(int port)
    {
        const string listening = "0A";
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields.Length > 3
                && fields[3] == listening
                && fields[1].EndsWith(suffix, StringComparison.Ordinal)
                && fields[1] != "0100007F" + suffix);
    }
}
