using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Host.Acceleration;

namespace Orchestrator.Drivers.Host.Tests.Acceleration;

public sealed class VerdictCacheTests : IDisposable
{
    private static readonly Verdict Bad = new(false, "reason");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cache-");
    private readonly FakeTimeProvider _clock = new();
    private readonly VerdictCache _cache;

    public VerdictCacheTests() => _cache = new VerdictCache(Path.Combine(_directory.FullName, "new"), _clock);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_verdict_is_remembered_under_its_key_alone()
    {
        _cache.Store("kvm", "key", Verdict.Good);

        Assert.Equal(Verdict.Good, _cache.Find("kvm", "key"));
        Assert.Null(_cache.Find("kvm", "another key"));
        Assert.Null(_cache.Find("io-uring", "key"));
    }

    [Fact]
    public void A_bad_verdict_is_forgotten_after_an_hour_and_a_good_one_is_not()
    {
        _cache.Store("kvm", "key", Bad);
        _cache.Store("io-uring", "key", Verdict.Good);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(Bad, _cache.Find("kvm", "key"));
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Null(_cache.Find("kvm", "key"));
        Assert.Equal(Verdict.Good, _cache.Find("io-uring", "key"));
    }

    [Fact]
    public void A_damaged_cache_is_no_cache()
    {
        _cache.Store("kvm", "key", Verdict.Good);
        File.WriteAllText(Path.Combine(_directory.FullName, "new", "kvm.json"), "{\"Key\":7");

        Assert.Null(_cache.Find("kvm", "key"));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_costs_only_the_memory()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "file"), string.Empty);
        var cache = new VerdictCache(Path.Combine(_directory.FullName, "file", "sub"), _clock);

        cache.Store("kvm", "key", Verdict.Good);

        Assert.Null(cache.Find("kvm", "key"));
    }
}
