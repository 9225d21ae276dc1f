using Microsoft.Extensions.Time.Testing;
using Orchestrator.Service.Instances;

namespace Orchestrator.Tests.Service.Instances;

public sealed class FileWatchTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly SemaphoreSlim _changes = new(0);
    private readonly FileWatch _watch;

    public FileWatchTests()
    {
        _watch = new FileWatch(() => _changes.Release(), TimeProvider.System);
        File.WriteAllText(Watched, "1");
        Assert.Empty(_watch.Watch([Watched]));
    }

    private string Watched => Path.Combine(_root, "instances.json");

    [Fact]
    public async Task Writing_replacing_removing_and_making_are_each_one_change()
    {
        File.WriteAllText(Watched, "2");
        await ChangedAsync();

        File.WriteAllText(Watched + ".new", "3");
        File.Move(Watched + ".new", Watched, overwrite: true);
        await ChangedAsync();

        File.Delete(Watched);
        await ChangedAsync();

        for (var line = 0; line < 100; line++)
        {
            File.AppendAllText(Watched, "4");
        }

        await ChangedAsync();
        Assert.Equal(0, _changes.CurrentCount);
    }

    [Fact]
    public async Task What_links_lead_to_and_the_links_themselves_are_watched_and_again_after_they_changed()
    {
        var (first, second) = (Real("first"), Real("second"));
        var link = Path.Combine(_root, "link.json");
        var middle = Path.Combine(_root, "current");
        File.CreateSymbolicLink(link, "current/instances.json");
        Directory.CreateSymbolicLink(middle, "first");
        Assert.Empty(_watch.Watch([link]));

        File.WriteAllText(first, "2");
        await ChangedAsync();

        Directory.Delete(middle); // the link
        Directory.CreateSymbolicLink(middle, "second");
        await ChangedAsync();

        _watch.Renew();
        File.WriteAllText(second, "2");
        await ChangedAsync();
        File.Delete(link);
        await ChangedAsync();
        Assert.Equal(0, _changes.CurrentCount);
    }

    [Fact]
    public void Links_that_lead_in_a_circle_or_nowhere_are_followed_as_far_as_they_lead()
    {
        var (here, there, nowhere) = (Path.Combine(_root, "here"), Path.Combine(_root, "there"), Path.Combine(_root, "nowhere"));
        File.CreateSymbolicLink(here, "there");
        File.CreateSymbolicLink(there, "here");
        File.CreateSymbolicLink(nowhere, "missing.json");

        Assert.Equal([here, there], LinkChain.Of(here).Order());
        Assert.Equal([Path.Combine(_root, "missing.json"), nowhere], LinkChain.Of(nowhere).Order());
        Assert.Equal([Watched], LinkChain.Of(Watched));
    }

    [Fact]
    public async Task Neighbours_and_what_is_no_longer_watched_are_not_told_of()
    {
        var other = Path.Combine(_root, "other.json");
        _watch.Watch([other]);

        File.WriteAllText(Watched, "2");
        File.WriteAllText(other, "2");
        await ChangedAsync();

        Assert.Equal(0, _changes.CurrentCount);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var failure = Assert.Single(_watch.Watch([Watched, Path.Combine(_root, "missing", "base.qcow2")]));

        Assert.StartsWith(Path.Combine(_root, "missing") + ": ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_was_made_anew_is_watched_again_once_the_files_are_read_again()
    {
        Directory.Delete(_root, recursive: true);
        await ChangedAsync();
        Directory.CreateDirectory(_root);
        _watch.Renew();

        File.WriteAllText(Watched, "2");

        await ChangedAsync();
    }

    [Fact]
    public void A_directory_that_was_away_is_tried_again_and_told_of_when_it_is_back_and_only_once_that_it_is_away()
    {
        var changes = 0;
        var time = new FakeTimeProvider();
        var file = Path.Combine(_root, "later", "instances.json");
        using var watch = new FileWatch(() => changes++, time);
        Assert.Single(watch.Watch([file]));
        Assert.Empty(watch.Watch([file]));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, changes);

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        time.Advance(TimeSpan.FromSeconds(10));
        time.Advance(FileWatch.Quiet);

        Assert.Equal(1, changes);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _changes.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private string Real(string directory)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, directory)).FullName, "instances.json");
        File.WriteAllText(path, "1");
        return path;
    }

    private async Task ChangedAsync() =>
        Assert.True(await _changes.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "no change was told");
}
