using System.Globalization;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.State;

public sealed class UpLockTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    [Fact]
    public void A_second_service_on_a_state_directory_is_refused_and_told_who_has_it()
    {
        var state = StateDirectory.Open(_root);
        using (UpLock.Take(state))
        {
            var refusal = Assert.Throws<HostException>(() => UpLock.Take(state));
            Assert.Equal(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"state directory '{_root}': another 'orchestrator up' works on it (process {Environment.ProcessId}); stop that one, or name another with --state-dir"),
                refusal.Message);
        }

        UpLock.Take(state).Dispose();
    }

    [Fact]
    public void A_lock_whose_file_was_removed_says_so()
    {
        using var taken = UpLock.Take(StateDirectory.Open(_root));
        Assert.Null(taken.FindLoss());

        File.Delete(Path.Combine(_root, UpLock.FileName));

        Assert.Contains("was removed under the service", taken.FindLoss(), StringComparison.Ordinal);

        using var another = UpLock.Take(StateDirectory.Open(_root));
        Assert.Contains("was removed under the service", taken.FindLoss(), StringComparison.Ordinal);
        Assert.Null(another.FindLoss());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
