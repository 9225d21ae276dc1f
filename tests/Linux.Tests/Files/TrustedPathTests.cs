using System.Runtime.InteropServices;
using Orchestrator.Linux.Files;

namespace Orchestrator.Linux.Tests.Files;

/// <summary>What steers the program is root's or this user's, and so is every directory and every link that leads to it. A user's own group is in the end-to-end tests.</summary>
public sealed partial class TrustedPathTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // 0777
    private const uint Stranger = 4242; // whom no host knows

    private readonly string _directory = Directory.CreateTempSubdirectory("trusted-").FullName;

    public TrustedPathTests()
    {
        Directory.CreateDirectory(PathOf("a/b"));
        Directory.CreateDirectory(PathOf("c"));
        File.WriteAllText(PathOf("a/b/file"), "content");
        foreach (var entry in Directory.EnumerateFileSystemEntries(_directory, "*", SearchOption.AllDirectories))
        {
            // Whatever the umask is.
            File.SetUnixFileMode(entry, File.GetUnixFileMode(entry) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }
    }

    private string FilePath => PathOf("a/b/file");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_is_ours_and_closed_to_others_is_trusted_by_whatever_way()
    {
        File.CreateSymbolicLink(PathOf("c/link"), "../a/./b/file");
        Directory.CreateSymbolicLink(PathOf("c/directory"), PathOf("a/b"));

        Assert.Equal("content"u8.ToArray(), GuardedFile.ReadTrusted(FilePath, 100));
        Assert.Equal("content"u8.ToArray(), GuardedFile.ReadTrusted(PathOf("c/link"), 100));
        Assert.Equal("content"u8.ToArray(), GuardedFile.ReadTrusted(PathOf("c/directory/../b/file"), 100)); // up from the target, as the kernel goes
        Assert.Equal("content"u8.ToArray(), GuardedFile.ReadTrusted(Path.GetRelativePath(Directory.GetCurrentDirectory(), FilePath), 100));
        TrustedPath.Require("/bin/sh"); // links within root's directories
    }

    [Theory]
    [InlineData("a", 0x10, null)]
    [InlineData("a/b", 0x2, null)]
    [InlineData("a/b/file", 0x10, null)]
    [InlineData("a/b/file", 0x2, null)]
    [InlineData("a/b/file", 0x202, null)]
    [InlineData("a", 0x2, "c/link")]
    [InlineData("c", 0x2, "c/link")]
    public void What_others_may_write_to_is_refused_wherever_it_is_on_the_way(string open, int bits, string? link)
    {
        if (link is not null)
        {
            File.CreateSymbolicLink(PathOf(link), FilePath);
        }

        File.SetUnixFileMode(PathOf(open), File.GetUnixFileMode(PathOf(open)) | (UnixFileMode)bits);
        if (bits == 0x10 && !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only root can be sure that a group is not its own");
        }

        var way = PathOf(link ?? "a/b/file");
        var refusal = Assert.Throws<UntrustedPathException>(() => GuardedFile.ReadTrusted(way, 100));

        Assert.Equal($"others may write to {PathOf(open)}: chmod go-w {PathOf(open)}", refusal.Message);
        Assert.Throws<UntrustedPathException>(() => TrustedPath.Require(way));
        using var anyway = GuardedFile.Open(way); // base images, logs: what does not steer
    }

    [Fact]
    public void In_a_sticky_directory_what_is_ours_is_safe()
    {
        File.SetUnixFileMode(PathOf("a"), Everybody | UnixFileMode.StickyBit);

        Assert.Equal("content"u8.ToArray(), GuardedFile.ReadTrusted(FilePath, 100));
    }

    [Theory]
    [InlineData("a", "a/b/file")]
    [InlineData("a/b/file", "a/b/file")]
    [InlineData("a/b", "c/link")]
    [InlineData("c", "c/link")]
    [InlineData("c/link", "c/link")]
    public void What_belongs_to_a_stranger_is_refused_wherever_it_is_on_the_way(string strangers, string way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file to another user");
        File.CreateSymbolicLink(PathOf("c/link"), FilePath);
        Assert.Equal(0, ChangeOwner(PathOf(strangers), Stranger, uint.MaxValue));

        var refusal = Assert.Throws<UntrustedPathException>(() => GuardedFile.ReadTrusted(PathOf(way), 100));

        Assert.Equal($"{PathOf(strangers)} belongs to user {Stranger}, not to root: chown -h root {PathOf(strangers)}", refusal.Message);
    }

    [Fact]
    public void An_open_file_is_judged_itself_whatever_its_path_leads_to_by_now()
    {
        File.SetUnixFileMode(FilePath, Everybody);
        using var file = GuardedFile.Open(FilePath);
        File.Move(FilePath, PathOf("c/old"));
        File.WriteAllText(FilePath, "another");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead);

        Assert.Throws<UntrustedPathException>(() => TrustedPath.Require(file, FilePath));
    }

    [Fact]
    public void Links_that_lead_round_in_a_circle_come_to_an_end()
    {
        File.CreateSymbolicLink(PathOf("a/here"), "there");
        File.CreateSymbolicLink(PathOf("a/there"), "here");

        Assert.Throws<IOException>(() => TrustedPath.Require(PathOf("a/here")));
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
