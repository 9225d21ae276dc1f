using Microsoft.Extensions.Time.Testing;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.State;

namespace Orchestrator.Tests.Images;

public sealed class ImageRoomTests : IDisposable
{
    private const long Bound = 10 << 20;

    private static readonly CatalogueImage Wanted = new() { Name = "wanted", Url = new Uri("https://images.example/x.qcow2") };

    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly StateDirectory _state;
    private readonly ImageCache _cache;
    private readonly Listener _heard = new();
    private readonly ImageRoom _room;

    public ImageRoomTests()
    {
        _state = StateDirectory.Open(Path.Combine(_directory, "state"));
        _cache = new ImageCache(_state.Images, _time);
        _room = new ImageRoom(_cache, new ImageUsers(_state), Bound, new HashSet<Sha256Digest>(), _heard);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void No_image_goes_for_what_a_server_says_and_one_does_for_what_is_right()
    {
        var image = Add('1', 4 << 20);

        _room.Ask(Wanted, DigestOf('2'), _state.Images, 8 << 20, 8 << 20);
        Assert.NotNull(_cache.Find(image.Digest));
        Assert.Empty(_heard.Notices);

        _room.Make(Wanted, DigestOf('2'), 8 << 20);
        Assert.Null(_cache.Find(image.Digest));
        Assert.Contains("removed, to make room", Assert.Single(_heard.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_is_fetching_goes_before_any_image_and_the_longest_untouched_first()
    {
        var image = Add('1', 4 << 20);
        await LeaveAsync('3', 3 << 20, days: 2);
        await LeaveAsync('4', 3 << 20, days: 1);

        _room.Ask(Wanted, DigestOf('2'), _state.Images, 0, 0);
        Assert.Equal(2, _cache.Partials().Count);

        _room.Ask(Wanted, DigestOf('2'), _state.Images, 2 << 20, 2 << 20);
        Assert.Equal([DigestOf('3')], _cache.Partials());

        _room.Make(Wanted, DigestOf('2'), 6 << 20);
        Assert.Empty(_cache.Partials());
        Assert.NotNull(_cache.Find(image.Digest));
    }

    [Fact]
    public async Task What_is_being_fetched_stays_and_counts_and_the_images_own_part_does_not()
    {
        using var held = await TakeAsync('3', 6 << 20);
        using var own = await TakeAsync('2', 3 << 20);

        _room.Ask(Wanted, DigestOf('2'), _state.Images, 1 << 20, 4 << 20);
        Assert.Equal(
            HostProblem.StorageFull, Assert.Throws<HostException>(() => _room.Ask(Wanted, DigestOf('2'), _state.Images, 2 << 20, 5 << 20)).Problem);
        Assert.Throws<HostException>(() => _room.Make(Wanted, DigestOf('2'), 5 << 20));

        Assert.Equal(2, _cache.Partials().Count);
    }

    [Fact]
    public async Task A_sweep_that_is_only_tried_changes_nothing_and_none_touches_what_is_being_fetched()
    {
        using var held = await TakeAsync('3', 1);
        await LeaveAsync('4', 1, days: 0);
        var alone = Path.Combine(_state.Images, DigestOf('5').Hex + ".unpacked");
        await File.WriteAllTextAsync(alone, "disk", Token);
        var before = Names();

        new PartialSweep(_cache, _heard.Notice).Execute(dryRun: true);
        Assert.Equal(before, Names());
        Assert.Contains(_heard.Notices, line => line.StartsWith(alone + ": would be removed", StringComparison.Ordinal));
        Assert.Equal(2, _heard.Notices.Count);

        new PartialSweep(_cache, _heard.Notice).Execute(dryRun: false);
        Assert.Equal([DigestOf('3')], _cache.Partials());
        Assert.Equal(4, _heard.Notices.Count);
    }

    private static Sha256Digest DigestOf(char digit) => Sha256Digest.TryParse(new string(digit, 64))!;

    private List<string> Names() => [.. Directory.GetFileSystemEntries(_state.Images).Order(StringComparer.Ordinal)];

    private CachedImage Add(char digit, int bytes)
    {
        var path = Path.Combine(_state.Images, "made");
        File.WriteAllBytes(path, Content(bytes));
        return _cache.Add(DigestOf(digit), path, new ImageNote(), Wanted);
    }

    private async Task<PartialImage> TakeAsync(char digit, int bytes)
    {
        var partial = await _cache.TakePartialAsync(DigestOf(digit), () => { }, Token);
        partial.Append(Content(bytes));
        return partial;
    }

    private async Task LeaveAsync(char digit, int bytes, int days)
    {
        using var partial = await TakeAsync(digit, bytes);
        File.SetLastWriteTimeUtc(partial.Downloaded, _time.GetUtcNow().AddDays(days).UtcDateTime);
    }

    private static byte[] Content(int bytes)
    {
        var content = new byte[bytes];
        Array.Fill(content, (byte)1);
        return content;
    }

    private sealed class Listener : IFetchObserver
    {
        public List<string> Notices { get; } = [];

        public void Notice(string line) => Notices.Add(line);

        public void Progress(string what, long done, long? total)
        {
        }
    }
}
