using Orchestrator.Drivers.Host.Acceleration;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests;

[Trait("Category", "Integration")]
public sealed class HostTrialTests : IAsyncDisposable
{
    private readonly Workshop _workshop = new();

    [Theory]
    [InlineData(GuestArchitecture.X64, "qemu-system-x86_64")]
    [InlineData(GuestArchitecture.Arm64, "qemu-system-aarch64")]
    public async Task The_trial_program_comes_to_its_end_where_code_runs(GuestArchitecture architecture, string qemu)
    {
        var program = TrialProgram.For(architecture);
        using var medium = program.CreateMedium();

        var (status, output) = await ShortProcess.RunAsync(
            Programs.Find(qemu, "qemu"),
            program.Arguments("tcg", "max", (int)medium.DangerousGetHandle()),
            [medium],
            TimeSpan.FromSeconds(30),
            TimeProvider.System,
            Workshop.Token);

        Assert.True(status?.ExitCode == program.ExpectedExitCode, $"{status} {output}");
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_ended_at_its_deadline()
    {
        var (status, _) = await ShortProcess.RunAsync("/bin/sleep", ["100"], [], TimeSpan.FromMilliseconds(50), TimeProvider.System, Workshop.Token);

        Assert.Null(status);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error_with_its_number()
    {
        var failure = await Assert.ThrowsAsync<IOException>(
            () => ShortProcess.RunAsync("/nowhere", [], [], TimeSpan.FromSeconds(1), TimeProvider.System, Workshop.Token));

        Assert.Equal(Libc.NoSuchFile, failure.HResult);
    }

    [Fact]
    public async Task The_choice_of_an_accelerator_is_quick_the_second_time()
    {
        var first = await _workshop.Driver.ChooseAcceleratorAsync(AcceleratorPreference.Auto, GuestArchitecture.X64, Workshop.Token);
        var start = TimeProvider.System.GetTimestamp();
        var second = await _workshop.Driver.ChooseAcceleratorAsync(AcceleratorPreference.Auto, GuestArchitecture.X64, Workshop.Token);

        Assert.Equal(first, second);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_sound_host_passes_its_examination()
    {
        var report = await _workshop.Driver.ProbeAsync(Workshop.Token);

        Assert.DoesNotContain(report.Checks, check => check.Outcome == HostCheckOutcome.Failed);
        Assert.Contains(report.Checks, check => check.Subject == "QEMU" && check.Finding.Contains("version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_host_fails_its_examination_and_nothing_is_thrown()
    {
        var driver = new QemuDriver(
            _workshop.Context with { Settings = new Dictionary<string, string> { ["binary"] = "/nowhere", ["run-as"] = "no-such-user" } }, qemuImg: "nowhere");

        var report = await driver.ProbeAsync(Workshop.Token);

        Assert.Equal(
            ["QEMU", "qemu-img", "KVM", "io_uring", "machines' users"],
            report.Checks.Where(check => check.Outcome == HostCheckOutcome.Failed).Select(check => check.Subject));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();
}
