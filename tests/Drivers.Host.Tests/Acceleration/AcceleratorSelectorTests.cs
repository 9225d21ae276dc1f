using Orchestrator.Drivers.Host.Acceleration;

namespace Orchestrator.Drivers.Host.Tests.Acceleration;

public sealed class AcceleratorSelectorTests
{
    private static readonly Verdict Broken = new(false, "there is no /dev/kvm");

    [Fact]
    public async Task Kvm_that_works_is_used_without_a_word() => Assert.Equal(
        new AcceleratorChoice(Accelerator.Kvm, null), await SelectAsync(AcceleratorPreference.Auto, GuestArchitecture.X64, Verdict.Good));

    [Fact]
    public async Task Kvm_that_does_not_work_is_done_without_and_the_user_told_why()
    {
        var choice = await SelectAsync(AcceleratorPreference.Auto, GuestArchitecture.X64, Broken);

        Assert.Equal(Accelerator.Tcg, choice.Accelerator);
        Assert.Contains("slow: there is no /dev/kvm", choice.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_qemu_said_of_kvm_needs_no_second_full_stop()
    {
        var choice = await SelectAsync(AcceleratorPreference.Auto, GuestArchitecture.X64, new Verdict(false, "QEMU was killed: Assertion failed."));

        Assert.EndsWith("QEMU was killed: Assertion failed", choice.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kvm_that_is_demanded_and_does_not_work_is_an_error()
    {
        var refusal = await Assert.ThrowsAsync<HostException>(() => SelectAsync(AcceleratorPreference.Kvm, GuestArchitecture.X64, Broken));

        Assert.Contains("there is no /dev/kvm", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_of_another_architecture_is_emulated_and_kvm_not_tried() => Assert.Equal(
        Accelerator.Tcg, (await SelectAsync(AcceleratorPreference.Auto, GuestArchitecture.Arm64, null)).Accelerator);

    [Fact]
    public async Task Tcg_that_is_asked_for_is_no_reason_to_warn_nor_to_try_kvm() => Assert.Equal(
        new AcceleratorChoice(Accelerator.Tcg, null), await SelectAsync(AcceleratorPreference.Tcg, GuestArchitecture.X64, null));

    private static Task<AcceleratorChoice> SelectAsync(AcceleratorPreference desired, GuestArchitecture guest, Verdict? kvm) =>
        AcceleratorSelector.SelectAsync(
            desired, guest, GuestArchitecture.X64, () => kvm is { } verdict ? Task.FromResult(verdict) : throw new InvalidOperationException("not to be tried"));
}
