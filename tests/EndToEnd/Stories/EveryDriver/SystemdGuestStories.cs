using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>
/// Guests as people build theirs, a Debian in which a service of an ordinary user does the job, and one that cloud-init sets up; <c>images/systemd/try</c> builds
/// them and runs these.
/// </summary>
[Trait("Category", "Systemd")]
public abstract class SystemdGuestStories(IWorkshop workshop)
{
    [Fact(Explicit = true)]
    public async Task A_service_of_an_ordinary_user_reads_its_configuration_works_and_powers_off()
    {
        await using var bench = await OpenAsync("""{ "repo": "rust-lang-ci/rust" }""");
        var run = bench.StartRun("--console");

        await run.OutputLineAsync($"job: {bench.Name} works on rust-lang-ci/rust");
        await run.ErrorLineAsync("configuration removed");
        await run.ErrorLineAsync("job build started");
        await run.ErrorLineAsync("job build ended");

        var outcome = (await run.EndAsync()).Exited(0);
        Assert.Contains($"{bench.Name}: the guest shut down: ", outcome.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("error", outcome.Error, StringComparison.OrdinalIgnoreCase);
        bench.AssertNothingLeft();
    }

    [Fact(Explicit = true)]
    public async Task Its_manager_finds_a_grown_disk_the_usual_network_card_and_no_configuration_and_the_power_button_works()
    {
        await using var bench = await OpenAsync("""{ "github": { "runner": "acme/site", "jit-config": "eyI" }, "never-ends": true }""");
        var run = bench.StartRun("--console");
        await run.OutputLineAsync($"job: {bench.Name} works on acme/site");
        await run.ErrorLineAsync("configuration removed");

        var found = (await bench.StartSsh("whoami; df --output=size --block-size=1M / | tail -n 1; cat /sys/class/net/e*/address; "
            + "sudo mount -o ro /dev/disk/by-label/instance-configuration /mnt || sudo mount -o ro /dev/sr0 /mnt || echo no medium").EndAsync()).Exited(0);
        run.Interrupt();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Equal("manage", found.OutputLines[0]);
        Assert.InRange(int.Parse(found.OutputLines[1], System.Globalization.CultureInfo.InvariantCulture), 1800, 2048);
        Assert.Equal("52:54:00:12:34:56", found.OutputLines[2]);
        Assert.Equal("no medium", found.OutputLines[3]);
        Assert.Contains($"{bench.Name}: stopped: prepared", outcome.ErrorLines[^1], StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact(Explicit = true)]
    public async Task An_image_as_clouds_have_it_is_set_up_by_its_cloud_init_which_gives_up_the_medium()
    {
        await using var bench = await workshop.OpenAsync(Artifacts.CloudInitImage);
        var key = bench.PathOf("key");
        await bench.UseAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        bench.Environment["CANARY"] = bench.Secret.Value;
        Describe(bench, "{}", new JsonObject
        {
            ["user-data"] = new JsonObject
            {
                ["users"] = new JsonArray(new JsonObject
                {
                    ["name"] = "manage",
                    ["shell"] = "/bin/bash",
                    ["sudo"] = "ALL=(ALL) NOPASSWD:ALL",
                    ["ssh_authorized_keys"] = new JsonArray(File.ReadAllText(key + ".pub").Trim()),
                }),
                ["write_files"] = new JsonArray(new JsonObject { ["path"] = "/etc/canary", ["permissions"] = "0600", ["content"] = "${{ env:CANARY }}" }),
                ["runcmd"] = new JsonArray(new JsonArray("eject", "/dev/disk/by-label/CIDATA"), "echo \"set up 😀: $(hostname)\" >/dev/console"),

                // What takes time and is not looked at.
                ["ssh_genkeytypes"] = new JsonArray("ed25519"),
                ["ssh"] = new JsonObject { ["emit_keys_to_console"] = false },
                ["locale"] = false,
            },
        });
        var run = bench.StartRun("--console");
        await run.ErrorLineAsync("configuration removed");
        await run.OutputLineAsync($"set up 😀: {bench.Name}");

        var found = (await bench.StartSsh(
            "sudo sha256sum /etc/canary; sudo cloud-init query instance_id; df --output=size --block-size=1M / | tail -n 1; "
            + "sudo mount -o ro /dev/sr0 /mnt 2>/dev/null || echo no medium; sudo poweroff", key).EndAsync()).OutputLines;

        var outcome = (await run.EndAsync()).Exited(0);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bench.Secret.Value))), found[0].Split(' ')[0]);
        Assert.Contains($"run {found[1]} ", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(int.Parse(found[2], System.Globalization.CultureInfo.InvariantCulture), 1800, 2048);
        Assert.Equal("no medium", found[3]);
        Assert.Contains($"{bench.Name}: the guest shut down: ", outcome.ErrorLines[^1], StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    private async Task<Workbench> OpenAsync(string config)
    {
        var bench = await workshop.OpenAsync(Artifacts.SystemdImage);
        Describe(bench, config);
        return bench;
    }

    private static void Describe(Workbench bench, string config, JsonObject? cloudInit = null) => bench.Describe(config, instance =>
    {
        instance["cpu-cores"] = 2;
        instance["ram"] = "512M";
        instance["root-disk"] = "2G";
        instance["timeout-seconds"] = 900;
        if (cloudInit is not null)
        {
            instance["cloud-init"] = cloudInit;
        }
    });
}
