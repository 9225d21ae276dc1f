using Microsoft.Extensions.Time.Testing;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.Linux.Files;
using Orchestrator.Tests.Configuration;

namespace Orchestrator.Tests.Images;

public sealed class ImageCacheTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly ImageCache _cache;

    public ImageCacheTests() => _cache = new ImageCache(_directory, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_list_of_digests_leads_to_the_image_that_was_fetched_last_and_a_digest_to_its_own()
    {
        var sums = new CatalogueImage { Name = "nightly", Url = new Uri("https://images.example/nightly.qcow2"), Sums = new Uri("https://images.example/SHA256SUMS") };
        Assert.Null(_cache.Find(sums));

        var first = Add('1', sums);
        _time.Advance(TimeSpan.FromDays(1));
        var second = Add('2', sums);
        Assert.Equal(second.Path, _cache.Find(sums)?.Path);
        Assert.Equal(first.Path, _cache.Find(sums with { Sums = null, Digest = first.Digest })?.Path);
        Assert.Null(_cache.Find(sums with { Url = new Uri("https://images.example/other.qcow2") }));

        // Its publisher has taken the second one back.
        _time.Advance(TimeSpan.FromDays(1));
        _cache.Renew(first, sums);
        Assert.Equal(first.Path, _cache.Find(sums)?.Path);
    }

    [Fact]
    public void An_image_is_called_by_each_of_its_names_and_by_the_beginning_of_its_digest()
    {
        var image = Add('1', Named("a"));
        image = _cache.Renew(image, Named("b"));
        Add('2', Named("b"));

        Assert.Equal("a, b", image.Name);
        Assert.Single(_cache.Find("a"));
        Assert.Equal(2, _cache.Find("b").Count);
        Assert.Single(_cache.Find(image.Digest.Short));
        Assert.Single(_cache.Find(image.Digest.Hex.ToUpperInvariant()));
        Assert.Single(_cache.Find($"sha256:{image.Digest}"));
        Assert.Empty(_cache.Find(image.Digest.Short[..^1]));
    }

    [Fact]
    public void What_is_not_the_caches_or_has_lost_its_note_is_no_trouble()
    {
        var image = Add('1', Named("a"));
        File.WriteAllText(Path.Combine(_directory, "readme.qcow2"), "");
        Directory.CreateDirectory(Path.Combine(_directory, new string('3', 64) + ".qcow2"));
        File.CreateSymbolicLink(Path.Combine(_directory, new string('4', 64) + ".qcow2"), "/etc/passwd");
        File.WriteAllText(Path.ChangeExtension(image.Path, ".json"), "{");

        Assert.Equal(image.Digest.Short, Assert.Single(_cache.List()).Name);
        Assert.Empty(new ImageCache(Path.Combine(_directory, "none"), _time).List());
    }

    [Fact]
    public async Task What_is_being_fetched_is_one_processs_at_a_time_and_is_left_for_the_next_unless_nothing_came_of_it()
    {
        var digest = DigestOf('1');
        var told = 0;
        using (var partial = await _cache.TakePartialAsync(digest, () => told++, Token))
        {
            Assert.Null(_cache.TryTakePartial(digest));
        }

        Assert.Empty(_cache.Partials());
        using (var partial = await _cache.TakePartialAsync(digest, () => told++, Token))
        {
            partial.Begin(new PartialVersion(new Uri("https://images.example/x"), "\"1\"", null, 7));
            partial.Append("abc"u8);
            partial.Append("def"u8);
            partial.CutTo(5);
            Assert.Equal([digest], _cache.Partials());
        }

        using (var found = _cache.TryTakePartial(digest)!)
        {
            Assert.Equal(5, found.Length);
            Assert.Equal("abcde"u8, GuardedFile.ReadOwn(found.Downloaded));
            Assert.Equal("\"1\"", found.ReadVersion()?.Validator);
            found.Remove();
        }

        Assert.Equal(0, told);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        Assert.Null(_cache.TryTakePartial(digest));
    }

    [Fact]
    public async Task Whoever_waits_gets_it_when_it_was_removed_under_the_lock()
    {
        var first = await _cache.TakePartialAsync(DigestOf('1'), () => { }, Token);
        var waits = new TaskCompletionSource();
        var second = new ImageCache(_directory, TimeProvider.System).TakePartialAsync(DigestOf('1'), waits.SetResult, Token);
        await waits.Task;

        first.Remove();
        first.Dispose();

        using var taken = await second;
        Assert.Equal(0, taken.Length);
        Assert.Null(_cache.TryTakePartial(DigestOf('1')));
    }

    [Fact]
    public void The_longest_unused_go_until_the_others_fit()
    {
        CachedImage[] images = [Of('1', 10, 3), Of('2', 20, 1), Of('3', 30, 2), Of('4', 40, 0)];

        Assert.Equal("", Choose(100));
        Assert.Equal("2", Choose(99));
        Assert.Equal("2", Choose(80));
        Assert.Equal("23", Choose(79));
        Assert.Equal("231", Choose(40));
        Assert.Null(Choose(39));

        // The fourth is in use.
        string? Choose(long bytes) => ImageRoom.Choose(images, image => image.Digest.Hex[0] == '4', bytes) is { } going ? string.Concat(going.Select(image => image.Digest.Hex[0])) : null;

        CachedImage Of(char digit, long bytes, int days) => new(DigestOf(digit), "", bytes, _time.GetUtcNow().AddDays(days), new ImageNote());
    }

    [Fact]
    public void An_instance_has_its_image_when_that_was_fetched()
    {
        var image = Named("debian") with { Digest = DigestOf('1') };
        var instance = InstancesText.One("\"arch\": \"x86_64\"") with { CatalogueImage = image };
        var images = new CatalogueImages(_cache);
        Assert.Null(images.TryResolve(instance));
        var refusal = Assert.Throws<HostException>(() => images.Resolve(instance));
        Assert.Equal(HostProblem.UnusableImage, refusal.Problem);
        Assert.EndsWith("fetch it: orchestrator image fetch debian --file /srv/ci/instances.json", refusal.Message, StringComparison.Ordinal);

        var added = Add('1', image);
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(added.Path, images.Resolve(instance).Machine.BaseImagePath);
        Assert.Equal(_time.GetUtcNow(), _cache.Find(added.Digest)!.Used);
        _cache.Remove(added.Digest);
        Assert.Throws<HostException>(() => images.NoteUse(instance with { Machine = instance.Machine with { BaseImagePath = added.Path } }));
    }

    [Fact]
    public void An_old_runner_in_a_fetched_image_is_warned_of_by_the_catalogues_word()
    {
        var image = Named("debian") with { Digest = DigestOf('1'), Released = new DateOnly(2026, 11, 1) };
        var added = Add('1', image);
        var instance = InstancesText.One("\"arch\": \"x86_64\"") with { CatalogueImage = image };
        var images = new CatalogueImages(_cache);
        var resolved = images.Resolve(instance);
        var byPath = resolved with { CatalogueImage = null };

        Assert.Equal(new DateOnly(2026, 11, 1), added.Note.Released);
        Assert.Null(images.FindWarning(resolved, _time.GetUtcNow()));
        _time.Advance(TimeSpan.FromDays(3));
        Assert.Contains("image debian: its runner was released 32 days ago, and GitHub", images.FindWarning(resolved, _time.GetUtcNow()), StringComparison.Ordinal);
        Assert.Contains("released 32 days ago", images.FindWarning(byPath, _time.GetUtcNow()), StringComparison.Ordinal);

        // The catalogue says by now that it is newer than was thought.
        Assert.Null(images.FindWarning(resolved with { CatalogueImage = image with { Released = new DateOnly(2026, 11, 20) } }, _time.GetUtcNow()));
        _cache.Renew(added, image with { Released = new DateOnly(2026, 11, 20) });
        Assert.Null(images.FindWarning(byPath, _time.GetUtcNow()));
    }

    private static CatalogueImage Named(string name) => new() { Name = name, Url = new Uri("https://images.example/x.qcow2") };

    private static Sha256Digest DigestOf(char digit) => Sha256Digest.TryParse(new string(digit, 64))!;

    private CachedImage Add(char digit, CatalogueImage fetched)
    {
        var path = Path.Combine(_directory, "made");
        File.WriteAllText(path, "image");
        return _cache.Add(DigestOf(digit), path, new ImageNote { VirtualBytes = 7 }, fetched);
    }
}
