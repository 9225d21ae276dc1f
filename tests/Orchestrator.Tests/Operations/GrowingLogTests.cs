using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Output;
using Orchestrator.Tests.Output;

namespace Orchestrator.Tests.Operations;

public sealed class GrowingLogTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly string _run;
    private readonly string _path;
    private readonly Wire _output = new();

    public GrowingLogTests()
    {
        _run = Directory.CreateDirectory(Path.Combine(_root, "run")).FullName;
        _path = Path.Combine(_run, "console.log");
    }

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_is_there_is_copied()
    {
        File.WriteAllText(_path, "so far");
        Assert.True(new GrowingLog(_path).Exists);

        await CopyAsync(follow: false).Soon();

        Assert.Equal("so far", _output.Written);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_run_that_is_gone_there_is_nothing(bool follow)
    {
        Directory.Delete(_run);
        Assert.False(new GrowingLog(_path).Exists);

        await CopyAsync(follow).Soon();

        Assert.Empty(_output.Written);
    }

    [Fact]
    public async Task What_comes_is_followed_from_before_there_is_a_log_to_the_end_of_the_run()
    {
        var copying = CopyAsync(follow: true);
        Append("first ");
        await _output.WritesAsync("first ");
        Append("second ");
        await _output.WritesAsync("second ");
        Assert.False(copying.IsCompleted);
        Append("last");
        Directory.Delete(_run, recursive: true);

        await copying.Soon();

        Assert.Equal("first second last", _output.Written);
    }

    [Fact]
    public async Task A_reader_that_has_gone_ends_it_though_there_is_nothing_to_show()
    {
        using var pipe = new BrokenPipe();

        await Assert.ThrowsAsync<ReaderGoneException>(
            () => new GrowingLog(_path).CopyAsync(pipe.Stream, follow: true, TestContext.Current.CancellationToken).Soon());
    }

    [Fact]
    public async Task A_log_that_is_emptied_is_read_from_its_new_beginning()
    {
        Append("a long beginning");
        var copying = CopyAsync(follow: true);
        await _output.WritesAsync("a long beginning");

        File.WriteAllText(_path, "anew");

        await _output.WritesAsync("anew");
        Directory.Delete(_run, recursive: true);
        await copying.Soon();
    }

    [Fact]
    public async Task A_log_that_another_takes_the_place_of_is_read_to_its_end_and_then_the_other()
    {
        Append("old ");
        var copying = CopyAsync(follow: true);
        await _output.WritesAsync("old ");

        Append("end, ");
        File.Move(_path, _path + ".0");
        Append("new, and longer than the old one was");

        await _output.WritesAsync("old end, new, and longer than the old one was");
        Append(" and more");
        await _output.WritesAsync(" and more");
        Directory.Delete(_run, recursive: true);
        await copying.Soon();
        Assert.Equal("old end, new, and longer than the old one was and more", _output.Written);
    }

    [Fact]
    public async Task A_run_that_stopped_and_left_its_directory_is_not_followed_for_ever()
    {
        Append("last words");

        await new GrowingLog(_path, _ => Task.FromResult(true)).CopyAsync(_output, follow: true, TestContext.Current.CancellationToken).Soon();

        Assert.Equal("last words", _output.Written);
    }

    [Fact]
    public async Task A_log_that_is_none_is_named()
    {
        Directory.CreateDirectory(_path);
        var failure = await Assert.ThrowsAsync<HostException>(() => CopyAsync(follow: false).Soon());
        Assert.Equal($"log '{_path}' cannot be shown: it is a directory, not a regular file; remove it", failure.Message);
    }

    [Fact]
    public async Task Whoever_follows_may_stop()
    {
        using var enough = new CancellationTokenSource();
        var copying = new GrowingLog(_path).CopyAsync(_output, follow: true, enough.Token);

        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copying.Soon());
    }

    private void Append(string text) => File.AppendAllText(_path, text);

    private Task CopyAsync(bool follow) => new GrowingLog(_path).CopyAsync(_output, follow, TestContext.Current.CancellationToken);
}
