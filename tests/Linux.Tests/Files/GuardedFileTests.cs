using Orchestrator.Linux.Files;

namespace Orchestrator.Linux.Tests.Files;

/// <summary>Whatever lies where a file is expected: it is read, or refused with a reason, and nobody waits.</summary>
public sealed class GuardedFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("guarded-").FullName;

    private string FilePath => Path.Combine(_directory, "file");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    public void A_file_is_read_to_its_end_and_bound(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(FilePath, content);

        Assert.Equal(content, GuardedFile.ReadTrusted(FilePath, 4096));
        Assert.Equal(content, GuardedFile.ReadOwn(FilePath));
        Assert.True(GuardedFile.IsRegular(FilePath));
    }

    [Fact]
    public void One_that_is_longer_than_its_bound_is_refused_without_being_read()
    {
        using (var sparse = File.Create(FilePath))
        {
            sparse.SetLength(20L << 30);
        }

        Assert.Equal("it is longer than 4 KiB", Assert.Throws<IOException>(() => GuardedFile.ReadTrusted(FilePath, 4096)).Message);
        Assert.Equal("it is longer than 1 MiB", Assert.Throws<IOException>(() => GuardedFile.ReadOwn(FilePath)).Message);
    }

    [Theory]
    [MemberData(nameof(OddFile.Kinds), MemberType = typeof(OddFile))]
    public void What_is_no_regular_file_is_refused_at_once(string kind)
    {
        OddFile.Make(kind, FilePath);

        var own = Assert.Throws<IOException>(() => GuardedFile.ReadOwn(FilePath));
        Assert.Equal($"it is {(kind == "a character device" ? "a symbolic link" : kind)}, not a regular file", own.Message);
        Assert.False(GuardedFile.IsRegular(FilePath));
        if (kind == "a symbolic link")
        {
            Assert.Equal("the target's"u8.ToArray(), GuardedFile.ReadTrusted(FilePath, 100)); // of a file that a user named
        }
        else
        {
            Assert.Equal($"it is {kind}, not a regular file", Assert.Throws<IOException>(() => GuardedFile.ReadTrusted(FilePath, 100)).Message);
        }
    }

    [Fact]
    public void What_is_missing_is_told_from_what_may_not_be_read()
    {
        Assert.Throws<FileNotFoundException>(() => GuardedFile.ReadOwn(FilePath));
        Assert.Throws<FileNotFoundException>(() => GuardedFile.ReadOwn(Path.Combine(_directory, "none", "file")));
        File.CreateSymbolicLink(FilePath, "nowhere");
        Assert.Throws<FileNotFoundException>(() => GuardedFile.ReadTrusted(FilePath, 100));
        Assert.Throws<FileNotFoundException>(() => GuardedFile.ReadTrusted(Path.Combine("/dev/null", "file"), 100));
        if (!Environment.IsPrivilegedProcess) // root may read everything
        {
            var closed = Path.Combine(_directory, "closed");
            File.WriteAllText(closed, "");
            File.SetUnixFileMode(closed, UnixFileMode.None);
            Assert.Equal("permission denied", Assert.Throws<UnauthorizedAccessException>(() => GuardedFile.ReadOwn(closed)).Message);
        }
    }

    [Fact]
    public void A_name_that_is_cut_short_by_the_kernel_is_no_other_files_name()
    {
        File.WriteAllText(FilePath, "another's");

        Assert.Throws<IOException>(() => GuardedFile.ReadTrusted(FilePath + "\0.json", 100));
    }
}
