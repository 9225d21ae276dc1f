using System.Security.Cryptography;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What a guest may read of its host.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task A_guest_mounts_a_directory_by_its_tag_reads_it_and_cannot_change_it_though_it_is_root()
    {
        Assert.SkipUnless(_driver.Registration.Capabilities.SharesDirectories, $"the {_driver.Registration.Name} driver shares no directories");
        var shared = Directory.CreateTempSubdirectory("conform-shared-").FullName;
        try
        {
            var content = RandomNumberGenerator.GetBytes(100_000);
            var file = Path.Combine(shared, "file");
            File.WriteAllBytes(file, content);
            File.WriteAllText(Path.Combine(shared, "private"), "for nobody else");
            File.SetUnixFileMode(Path.Combine(shared, "private"), UnixFileMode.UserRead);
            File.CreateSymbolicLink(Path.Combine(shared, "way-out"), "/etc/machine-id");
            File.SetUnixFileMode(shared, (UnixFileMode)0b111_101_101);
            var before = File.GetLastWriteTimeUtc(file);
            var spec = Describe(machine => machine with { BaseImagePath = harness.SharingImage, Mounts = [new Mount(shared, "other"), new Mount(shared, "cache")] });

            var watched = await StartAsync(new TinyPlan { Shared = "cache" }, spec: spec);
            Assert.Equal(VmExitReason.GuestShutdown, (await watched.EndsAsync(Token)).Reason);

            Assert.Contains($"shared cache: file sha256={Convert.ToHexStringLower(SHA256.HashData(content))}", watched.Guest.Said);
            Assert.Contains("shared cache: no rm file: Read-only file system", watched.Guest.Said);
            Assert.DoesNotContain(watched.Guest.Said, line => line.Contains("changed by", StringComparison.Ordinal));
            Assert.Equal(content, File.ReadAllBytes(file));
            Assert.Equal(before, File.GetLastWriteTimeUtc(file));
            Assert.Equal(["file", "private", "way-out"], Directory.GetFileSystemEntries(shared).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }
}
