using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>
/// What production does, from an empty host to jobs that ran: the Debian runner image, a service, a GitHub with a queue of jobs. <c>images/debian/rehearse</c>
/// builds what it takes and runs these.
/// </summary>
[Trait("Category", "Debian")]
public abstract class RehearsalStories(IWorkshop workshop, ITestOutputHelper output)
{
    private const string Introduce =
        """
        { cat /proc/sys/kernel/random/boot_id /etc/machine-id; df --output=size --block-size=1M / | tail -n 1; ls -A ~ /tmp; sudo -n true 2>&1 && echo root; su -c true manage </dev/null 2>&1 && echo manage; } | TELL
        touch ~/left-behind
        """;

    [Fact(Explicit = true)]
    public async Task Three_jobs_are_done_in_turn_each_on_a_machine_of_its_own_and_nothing_is_left_of_any()
    {
        await using var bench = await workshop.OpenAsync(Artifacts.DebianImage);
        using var github = new FakeGitHub();
        using var jobs = new FakeJobs(github);
        github.ConnectTo(bench);
        bench.Environment["ORCHESTRATOR_UP__TOO_SOON_SECONDS"] = "0";
        var key = await MakeKeyAsync(bench);
        Describe(bench, jobs, key, memory: "768M");
        var build = jobs.Enqueue("build", Introduce + "\nGATE\necho built");
        var broken = jobs.Enqueue("broken", Introduce + "\nfalse");
        var reboot = jobs.Enqueue("reboot", Introduce + "\nGATE");
        var service = bench.Start("up", "--json");

        // The first one works while the file is changed, and while the service gives way to a new one.
        await build.BegunAsync();
        await service.EventAsync("job-started");
        Tell($"job build runs on {build.Runner}");
        Describe(bench, jobs, key, memory: "800M");
        await service.EventAsync("reloaded");
        service.AskToLeave();
        (await service.EndAsync()).Exited(0);
        service = bench.Start("up", "--json");
        await service.EventAsync("adopted");
        Tell("the file was changed and the service replaced meanwhile");
        build.Open();
        Assert.Equal("Succeeded", await build.ResultAsync());
        Assert.Equal("guest-shutdown", OutcomeIn(await service.EventAsync("ended")));
        Tell("job build: Succeeded");

        Assert.Equal("Failed", await broken.ResultAsync());
        Assert.Equal("guest-shutdown", OutcomeIn(await service.EventAsync("ended", occurrence: 2)));
        Tell("job broken: Failed, as it should");

        // A guest that reboots has lost its job, and ends. No job can have it reboot; whoever manages it can.
        var lost = await reboot.BegunAsync();
        await service.EventAsync("job-started", occurrence: 2);
        await bench.StartAny("ssh", [.. SshOptions(bench), "sudo", "systemctl", "reboot"]).EndAsync();
        await service.EventAsync("guest-rebooted");
        Assert.Equal("guest-shutdown", OutcomeIn(await service.EventAsync("ended", occurrence: 3)));
        Assert.Contains(lost, github.Runners); // busy, as far as GitHub knows
        Tell("job reboot: its machine was rebooted, and ended");
        jobs.Notice(lost);

        await service.EventAsync("guest-ready", occurrence: 3); // of the machine after these
        await service.DrainedAsync();
        (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Empty(github.Runners);
        FakeJobs.Job[] all = [build, broken, reboot];
        Assert.Distinct(all.Select(job => job.Runner));
        Assert.Distinct(all.SelectMany(job => job.Told.Split('\n')[..2]));
        Assert.All(all, job => Assert.InRange(int.Parse(job.Told.Split('\n')[2], CultureInfo.InvariantCulture), 3500, 4096));
        Assert.All(all, job => Assert.DoesNotContain("root", job.Told.Split('\n')));
        Assert.All(all, job => Assert.DoesNotContain("manage", job.Told.Split('\n')));
        Assert.All(all, job => Assert.DoesNotContain("left-behind", job.Told, StringComparison.Ordinal));
        bench.AssertNothingLeft();
        Tell("no runner is registered, and nothing is left on this host");
    }

    [Fact(Explicit = true)]
    public async Task A_runner_that_is_registered_by_a_token_does_its_job_and_what_it_logged_is_on_the_console()
    {
        await using var bench = await workshop.OpenAsync(Artifacts.DebianImage);
        using var github = new FakeGitHub();
        using var jobs = new FakeJobs(github);
        github.ConnectTo(bench);
        var job = jobs.Enqueue("build", "tr '\\0' '\\n' </proc/$PPID/environ | TELL");
        bench.Describe($$"""{ "token": "{{FakeGitHub.Call}}", "url": "http://{{jobs.Endpoint}}/acme/site" }""", instance => Enlarge(instance, jobs, memory: "768M"));

        var run = bench.StartRun("--console");
        Assert.Equal("Succeeded", await job.ResultAsync());

        var outcome = (await run.EndAsync()).Exited(0);
        Assert.Equal(bench.Name, job.Runner);
        Assert.Contains("==> /home/runner/actions-runner/_diag/Runner_", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(github.Minted.Value, job.Told, StringComparison.Ordinal);
        Assert.DoesNotContain(github.Minted.Value, outcome.Output, StringComparison.Ordinal);
        Assert.Empty(github.Runners);
        bench.AssertNothingLeft();
    }

    private void Tell(string line) => output.WriteLine(line);

    private static async Task<string> MakeKeyAsync(Workbench bench)
    {
        await bench.UseAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", bench.PathOf("key"));
        return await File.ReadAllTextAsync(bench.PathOf("key.pub"), TestContext.Current.CancellationToken);
    }

    private static string[] SshOptions(Workbench bench) =>
    [
        "-i", bench.PathOf("key"), "-p", $"{bench.SshPort}", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-F", "none",
        "manage@127.0.0.1",
    ];

    private static void Describe(Workbench bench, FakeJobs jobs, string key, string memory)
    {
        var config = new JsonObject { ["manage"] = new JsonObject { ["authorized-keys"] = key.Trim() } };
        bench.Describe(config.ToJsonString(), instance =>
        {
            Enlarge(instance, jobs, memory);
            instance["github"] = new JsonObject { ["runner"] = "acme/site" };
        });
    }

    private static void Enlarge(JsonObject instance, FakeJobs jobs, string memory)
    {
        instance["cpu-cores"] = 2;
        instance["ram"] = memory;
        instance["root-disk"] = "4G";
        instance["timeout-seconds"] = 900;
        instance["allow"] = new JsonArray(jobs.Endpoint);
    }

    private static string? OutcomeIn(string line) => JsonElement.Parse(line).GetProperty("outcome").GetString();
}
