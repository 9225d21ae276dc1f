using System.Diagnostics;
using System.Runtime.CompilerServices;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

/// <summary>The domain XML, compared with files that a person has read. <c>UPDATE_GOLDEN=1</c> writes them anew.</summary>
public sealed class DomainTemplateTests
{
    [Fact]
    public void An_x86_64_machine_under_kvm() => Compare(Machines.Model);

    [Fact]
    public void An_x86_64_machine_under_tcg_without_a_deadline() =>
        Compare(Machines.For(Machines.Spec with { Deadline = null }) with { Kvm = false });

    [Fact]
    public void An_aarch64_machine_under_kvm() => Compare(Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { Architecture = GuestArchitecture.Arm64 } }));

    [Fact]
    public void An_aarch64_machine_under_tcg() =>
        Compare(Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { Architecture = GuestArchitecture.Arm64 } }) with { Kvm = false });

    [Fact]
    public void A_restricted_network() => Compare(Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { Network = NetworkMode.Restricted } }));

    [Fact]
    public void No_network_and_a_reboot_that_ends_it() => Compare(Machines.For(
        Machines.Spec with { Machine = Machines.Spec.Machine with { Network = NetworkMode.None, OnReboot = RebootAction.Shutdown }, SshPort = null }));

    [Fact]
    public void A_base_image_that_is_backed_by_others() => Compare(Machines.Model with
    {
        BackingChain = [("/images/base.qcow2", "qcow2"), ("/images/older.qcow2", "qcow2"), ("/images/oldest.img", "raw")],
    });

    [Fact]
    public void Directories_of_the_host_to_read() => Compare(Machines.For(
        Machines.Spec with { Machine = Machines.Spec.Machine with { Mounts = [new Mount("/srv/cache & more", "cache"), new Mount("/srv/b", "b.9")] } }));

    [Fact]
    public void Paths_full_of_what_XML_and_QEMU_treat_in_their_own_way() => Compare(Hostile.Model);

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public async Task What_it_renders_is_what_libvirts_schema_allows(string name)
    {
        const string validator = "/usr/bin/virt-xml-validate";
        Assert.SkipUnless(File.Exists(validator), $"{validator} is not installed (Debian: libvirt-clients, libxml2-utils)");
        var start = new ProcessStartInfo(validator, [Path.Combine(GoldenDirectory(), name), "domain"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await output + errors);
    }

    public static TheoryData<string> GoldenFiles() =>
        [.. Directory.GetFiles(GoldenDirectory()).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string GoldenDirectory([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "Golden");

    private static void Compare(DomainModel model, [CallerMemberName] string test = "")
    {
        var golden = Path.Combine(GoldenDirectory(), test + ".xml");
        var text = DomainTemplate.Load(null).Render(model);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, text);
        }

        Assert.Equal(File.ReadAllText(golden), text);
    }
}
