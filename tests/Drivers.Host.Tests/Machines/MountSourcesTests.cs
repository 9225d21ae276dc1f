using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Drivers.Host.Tests.Machines;

public sealed class MountSourcesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    private string Source => Path.Combine(_root, "cache");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_directory_is_opened_and_closed()
    {
        Directory.CreateDirectory(Source);

        MountSources.Open(new Mount(Source, "cache")).Dispose();
        MountSources.Require(Machine, () => null);
    }

    [Fact]
    public void One_that_is_not_there_or_is_none_is_named_with_its_tag()
    {
        Assert.Equal($"mount cache: {Source}: there is no such directory: make it, or correct the instance's \"mounts\"", Refusal());
        File.WriteAllText(Source, "");
        Assert.Equal($"mount cache: {Source}: there is no such directory: make it, or correct the instance's \"mounts\"", Refusal());
    }

    [Fact]
    public void One_that_others_may_write_to_is_not_trusted()
    {
        Directory.CreateDirectory(Source);
        File.SetUnixFileMode(Source, (UnixFileMode)0b111_101_111);

        Assert.Equal($"mount cache: {Source}: not trusted: others may write to {Source}: chmod go-w {Source}", Refusal());
    }

    [Fact]
    public void One_that_QEMUs_users_may_not_read_is_refused_with_the_remedy()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root's QEMUs run as others");
        var users = MachineUsers.Find(runAs: null, MachineUsers.DefaultIds, _root);
        Directory.CreateDirectory(Source);
        File.SetUnixFileMode(Source, (UnixFileMode)0b111_101_001);

        Assert.Equal(
            $"mount cache: {Source}: the users that QEMUs run as may not read it: chmod o+rx {Source}",
            Assert.Throws<HostException>(() => MountSources.Require(Machine, () => users)).Message);
        File.SetUnixFileMode(Source, (UnixFileMode)0b111_000_101);
        MountSources.Require(Machine, () => users);
    }

    private MachineDescription Machine => new()
    {
        Name = "vm-1",
        Architecture = GuestArchitecture.X64,
        Processors = 1,
        MemoryBytes = 1 << 20,
        RootDiskBytes = 512,
        BaseImagePath = "/nothing",
        Network = NetworkMode.None,
        Mounts = [new Mount(Source, "cache")],
    };

    private string Refusal() => Assert.Throws<HostException>(() => MountSources.Require(Machine)).Message;
}
