using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.State;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public void One_owner_at_a_time()
    {
        using (RunDirectory.Make(_path))
        {
            Assert.True(RunDirectory.IsHeld(_path));
            Assert.Null(RunDirectory.TryTake(_path));
        }

        Assert.False(RunDirectory.IsHeld(_path));
        using var second = RunDirectory.TryTake(_path);
        Assert.NotNull(second);
        Assert.True(RunDirectory.IsHeld(_path));
    }

    [Fact]
    public void Whoever_only_looks_does_not_make_it_look_held()
    {
        RunDirectory.Make(_path).Dispose();
        using (new FileStream(Path.Combine(_path, RunFiles.Lock), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)) // as a look does
        {
            Assert.False(RunDirectory.IsHeld(_path));
            Assert.Null(RunDirectory.TryTake(_path));
        }

        using var taken = RunDirectory.TryTake(_path);
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_directory_without_a_lock_can_be_taken_and_one_that_is_gone_cannot()
    {
        Assert.False(RunDirectory.IsHeld(_path));
        using (var taken = RunDirectory.TryTake(_path))
        {
            taken!.Delete();
        }

        Assert.False(Directory.Exists(_path));
        Assert.Null(RunDirectory.TryTake(_path));
        Assert.False(RunDirectory.IsHeld(_path));
    }

    [Fact]
    public void Deleting_takes_everything_and_follows_no_link_out()
    {
        var elsewhere = Directory.CreateTempSubdirectory("orchestrator-test-");
        File.WriteAllText(Path.Combine(elsewhere.FullName, "precious"), "");
        using (var run = RunDirectory.Make(_path))
        {
            File.WriteAllText(run.PathOf(RunFiles.ConsoleLog), "x");
            Directory.CreateDirectory(run.PathOf("deep/deeper"));
            File.CreateSymbolicLink(run.PathOf("link"), elsewhere.FullName);
            run.Delete();
        }

        Assert.False(Directory.Exists(_path));
        Assert.True(File.Exists(Path.Combine(elsewhere.FullName, "precious")));
        elsewhere.Delete(recursive: true);
    }

    [Fact]
    public async Task Of_many_who_want_it_at_once_each_gets_it_whole_or_not_at_all()
    {
        RunDirectory.Make(_path).Dispose();
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var attempt = 0; attempt < 50; attempt++)
            {
                using var run = RunDirectory.TryTake(_path);
                if (run is not null)
                {
                    Interlocked.Increment(ref taken);
                    run.Delete();
                    return;
                }
            }
        })));

        Assert.Equal(1, taken);
    }

    [Fact]
    public void All_ways_to_a_state_directory_are_one_owner()
    {
        var link = _path + "-link";
        var state = StateDirectory.Open(Path.Combine(_path, "state"));
        File.CreateSymbolicLink(link, _path);
        try
        {
            Assert.Equal(state.Owner, StateDirectory.Open(Path.Combine(link, "state")).Owner);
            Assert.NotEqual(state.Owner, StateDirectory.Open(Path.Combine(_path, "other")).Owner);
        }
        finally
        {
            File.Delete(link);
        }
    }
}
