using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Runs on a host where some files are not what they are elsewhere: mount_namespaces(7).</summary>
public sealed class PrivateHostTests
{
    // The workbench lies in /tmp, so that it has to be carried past the empty one.
    private const string WithEmptyTemporaryDirectories = """
        set -e
        mount --bind "$HOME" /mnt
        for directory in /tmp /var/tmp /dev/shm /run; do mount -t tmpfs tmpfs "$directory"; done
        mkdir -p "$HOME"
        mount --no-mtab --move /mnt "$HOME"
        "$@" >&2
        find /tmp /var/tmp /dev/shm /run -mindepth 1 -not -path "$HOME" -not -path "$HOME/*" -not -path "$(dirname "$HOME")"
        """;

    [Fact]
    public async Task A_run_makes_no_file_outside_its_state_directory()
    {
        await using var bench = new Workbench();
        File.Copy(await SectorGuest.MakeAsync(bench, SectorGuest.Ejects(SectorGuest.PowersOff)), bench.PathOf("image.qcow2"));
        File.Copy(Artifacts.Program, bench.PathOf("program"));
        bench.Describe(change: instance => instance["image"] = "image.qcow2");

        var outcome = await OnPrivateHostAsync(
            bench,
            WithEmptyTemporaryDirectories,
            bench.PathOf("program"), "run", bench.Name, "--file", bench.InstancesFile, "--state-dir", bench.StateDirectory);

        // Beside the locks of the users that root's machines run as, of which there is one directory on a host.
        Assert.All(outcome.Exited(0).OutputLines, line => Assert.StartsWith("/run/orchestrator-machine-users", line, StringComparison.Ordinal));
        Assert.Contains("the guest shut down", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("qemu-img", "qemu-utils")]
    [InlineData("qemu-system-x86_64", "qemu-system-x86")]
    public async Task A_program_that_is_not_installed_is_named_with_its_package(string program, string package)
    {
        await using var bench = new Workbench();
        var hidden = $"mount --bind /dev/null \"$(command -v {program})\" && exec \"$@\"";
        string[] shared = ["--file", bench.InstancesFile, "--state-dir", bench.StateDirectory];

        var run = await OnPrivateHostAsync(bench, hidden, [Artifacts.Program, "run", bench.Name, .. shared]);
        run.Exited(3).OneError($"{program} is not installed", $"apt-get install {package}");
        var doctor = await OnPrivateHostAsync(bench, hidden, [Artifacts.Program, "doctor", .. shared]);
        Assert.Contains($"{program} is not installed", doctor.Exited(3).Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task OpenSsl_that_is_not_installed_is_named_where_GitHub_is_to_be_asked()
    {
        const string hidden = "for library in $(ldconfig -p | sed -n 's/.*libssl\\.so\\..* => //p'); do mount --bind /dev/null \"$library\"; done && exec \"$@\"";
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_GITHUB__API_URL"] = "https://127.0.0.1:9";
        bench.Environment["GITHUB_TOKEN"] = "ghp_0123456789";
        bench.Describe($$"""{ "token": "{{FakeGitHub.Call}}" }""");
        string[] shared = ["--file", bench.InstancesFile, "--state-dir", bench.StateDirectory];

        var run = await OnPrivateHostAsync(bench, hidden, [Artifacts.Program, "run", bench.Name, .. shared]);
        run.Exited(3).OneError("gha-install-token acme/site: 127.0.0.1:9", "OpenSSL's library is not installed", "apt-get install openssl");
        var doctor = await OnPrivateHostAsync(bench, hidden, [Artifacts.Program, "doctor", .. shared]);
        Assert.Contains("OpenSSL's library is not installed", doctor.Exited(3).Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Ssh_is_not_looked_for_in_the_working_directory_and_takes_nothing_from_configuration_that_would_break_it_or_serve_a_hostile_guest()
    {
        await using var bench = new Workbench();
        bench.WriteProgram("ssh", "#!/bin/sh\necho was run\n");
        bench.Describe("""{ "tiny": { "finish": "hang" } }""");
        var run = bench.StartRun();
        await run.ErrorLineAsync("configuration removed");
        await File.WriteAllTextAsync(
            bench.PathOf("ssh_config"),
            $"""
            Host *
                ForwardAgent yes
                SendEnv *
                PermitLocalCommand yes
                LocalCommand touch {bench.PathOf("local-command")}
                RemoteCommand echo taken
                ProxyCommand touch {bench.PathOf("proxy-command")}
                ControlMaster auto
                ControlPath {bench.PathOf("control-%p")}
            """,
            TestContext.Current.CancellationToken);

        var outcome = await OnPrivateHostAsync(
            bench,
            "mount --bind \"$HOME/ssh_config\" /etc/ssh/ssh_config && exec \"$@\"",
            "sshpass", "-p", "password", Artifacts.Program, "ssh", bench.Name, "--state-dir", bench.StateDirectory, "--", "whoami");

        Assert.Equal("manage\n", outcome.Exited(0).Output);
        Assert.Empty(Directory.GetFiles(bench.Root, "*-command").Concat(Directory.GetFiles(bench.Root, "control-*")));
        run.Interrupt();
        (await run.EndAsync()).Exited(130);
        bench.AssertNothingLeft();
    }

    private static async Task<Outcome> OnPrivateHostAsync(Workbench bench, string script, params string[] command)
    {
        var possible = await bench.StartAny("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt").EndAsync();
        Assert.SkipWhen(possible.ExitCode != 0, $"mounts of its own take root: {possible.Error}");
        return await bench.StartAny("unshare", ["--mount", "bash", "-c", script, "bash", .. command]).EndAsync();
    }
}
