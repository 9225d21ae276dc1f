using Orchestrator.Linux.Files;

namespace Orchestrator.Linux.Tests.Files;

/// <summary>Private files, and the locks among them.</summary>
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("private-").FullName;

    private string FilePath => Path.Combine(_directory, "file");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_made_once_and_replaced_whole()
    {
        PrivateFile.Create(FilePath, "one"u8);
        Assert.Throws<IOException>(() => PrivateFile.Create(FilePath, "two"u8));
        Assert.Equal("one", File.ReadAllText(FilePath));
        PrivateFile.Replace(FilePath, "three"u8);

        Assert.Equal("three", File.ReadAllText(FilePath));
        Assert.Equal(Private, File.GetUnixFileMode(FilePath));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData("a FIFO")]
    [InlineData("a socket")]
    [InlineData("a symbolic link")]
    public void Nothing_is_written_through_what_lies_in_a_drafts_place(string kind)
    {
        var draft = FilePath + PrivateFile.DraftSuffix;
        OddFile.Make(kind, draft);

        PrivateFile.Replace(FilePath, "content"u8);

        Assert.Equal("content", File.ReadAllText(FilePath));
        Assert.False(Path.Exists(draft));
        Assert.Equal(kind == "a symbolic link", File.Exists(draft + ".target"));
        if (kind == "a symbolic link")
        {
            Assert.Equal("the target's", File.ReadAllText(draft + ".target"));
        }
    }

    [Fact]
    public void Two_append_to_the_same_file()
    {
        using (var first = PrivateFile.Append(FilePath))
        using (var second = PrivateFile.Append(FilePath))
        {
            first.Write("one "u8);
            second.Write("two "u8);
            first.Write("three"u8);
            Assert.Equal(13, first.Length);
        }

        Assert.Equal("one two three", File.ReadAllText(FilePath));
        Assert.Equal(Private, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [MemberData(nameof(OddFile.Kinds), MemberType = typeof(OddFile))]
    public void Nobody_appends_to_or_locks_what_is_no_regular_file(string kind)
    {
        OddFile.Make(kind, FilePath);

        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => PrivateFile.Append(FilePath)).Message, StringComparison.Ordinal);
        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => LockFile.Open(FilePath)).Message, StringComparison.Ordinal);
        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => LockFile.IsHeld(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_is_one_holders_until_he_closes_it()
    {
        Assert.Throws<FileNotFoundException>(() => LockFile.IsHeld(FilePath));
        using (LockFile.Open(FilePath))
        {
            Assert.True(LockFile.IsHeld(FilePath));
            Assert.True(LockFile.IsHeldByAnother(Assert.Throws<IOException>(() => LockFile.Open(FilePath))));
        }

        Assert.False(LockFile.IsHeld(FilePath));
        Assert.Equal(Private, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void Deleting_what_is_missing_is_success()
    {
        PrivateFile.Delete(FilePath);
        PrivateFile.Delete(Path.Combine(_directory, "none", "file"));
    }
}
