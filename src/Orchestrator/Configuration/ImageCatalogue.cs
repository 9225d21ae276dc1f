using System.Text.Json;
using Orchestrator.Drivers;
using Key = Orchestrator.Configuration.ConfigurationKey<Orchestrator.Configuration.CatalogueDraft>;

namespace Orchestrator.Configuration;

/// <summary>An image as a catalogue describes it: where it is published, and what tells that it is that one.</summary>
internal sealed record CatalogueImage
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is downloaded from.</summary>
    public required Uri Url { get; init; }

    /// <summary>The digest of the published file; null where <see cref="Sums"/> says it.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>A list of digests that has the file's; null where <see cref="Digest"/> is known.</summary>
    public Uri? Sums { get; init; }

    /// <summary>The architecture of the guests that it is for; null where nobody says.</summary>
    public GuestArchitecture? Architecture { get; init; }

    /// <summary>When the runner in it was released; null where nobody says.</summary>
    public DateOnly? Released { get; init; }
}

/// <summary>The catalogue of images beside the instances: <c>images.json</c>, an object with an object for each image.</summary>
internal sealed class ImageCatalogue
{
    /// <summary>The file's name.</summary>
    public const string FileName = "images.json";

    private ImageCatalogue(string path, IReadOnlyList<CatalogueImage> images) => (Path, Images) = (path, images);

    /// <summary>All keys of an image, in the order people write them.</summary>
    public static IReadOnlyList<Key> Keys { get; } =
    [
        Key.Required("url", new DownloadUrlKind(isTold: true), (draft, url) => draft.Url = url, "Where the image is published"),
        Key.Optional(
            "sha256",
            new DigestKind(),
            (draft, digest) => draft.Digest = digest,
            "The digest of the published file, compressed as it may be; this or the next has to be there"),
        Key.Optional(
            "sha256sums",
            new DownloadUrlKind(isTold: false),
            (draft, url) => draft.Sums = url,
            "A list of digests that has the file by its name, as sha256sum prints them; looked up with each fetch"),
        Key.Optional(
            "arch",
            InstanceKeys.ArchitectureWords,
            (draft, architecture) => draft.Architecture = architecture,
            "The architecture of guests that boot it; absent: nobody checks"),
        Key.Optional(
            "released",
            new DayKind(),
            (draft, day) => draft.Released = day,
            "When the runner in it was released; 30 days later, doctor and image info warn of it. Absent: they do not"),
    ];

    /// <summary>The file, by the name that the user knows.</summary>
    public string Path { get; }

    /// <summary>The images in the order of the file; no two have the same name.</summary>
    public IReadOnlyList<CatalogueImage> Images { get; }

    /// <summary>The catalogue's file beside an instances file.</summary>
    public static string PathBeside(string instancesPath) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(instancesPath) ?? "", FileName);

    /// <summary>Reads and checks the catalogue.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It cannot be read or something in it is wrong. The message has a line for each problem.</exception>
    public static ImageCatalogue Load(string path) => SourceFile.TryRead(path) is { } bytes
        ? Parse(bytes, path)
        : throw new ConfigurationException($"{path}: there is no such file, which is to describe images: write it, or name the instances beside it with --file");

    /// <summary>Checks a catalogue's content.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="path">The file's name.</param>
    public static ImageCatalogue Parse(ReadOnlySpan<byte> bytes, string path)
    {
        var problems = new SourceProblems(path);
        var document = SourceParser.Parse(bytes, problems);
        if (document.Kind != JsonValueKind.Object)
        {
            problems.Add(document.Line, "", $"must be an object ({{ … }}) with an object for each image, not {document.Shown}");
        }

        var images = new List<CatalogueImage>();
        foreach (var property in document.Properties)
        {
            var before = problems.Count;
            var draft = new CatalogueDraft();
            var place = JsonText.KeyPath("", property.Name);
            if (!NameKind.IsName(property.Name))
            {
                problems.Add(property.Line, place, $"an image's name must be {new NameKind().Expectation}");
            }

            SourceObject.Read(property.Value, Keys, "", place, draft, problems);
            if (problems.Count == before && (draft.Digest is null) == (draft.Sums is null))
            {
                problems.Add(property.Line, place, draft.Digest is null
                    ? "nothing says which file it is to be: add \"sha256\", or \"sha256sums\" for a list that has it"
                    : "\"sha256\" and \"sha256sums\" say the same: remove one of the two");
            }

            if (problems.Count == before)
            {
                images.Add(draft.ToImage(property.Name));
            }
        }

        problems.ThrowIfAny();
        return new ImageCatalogue(path, images);
    }

    /// <summary>The image of that name; null where there is none.</summary>
    public CatalogueImage? TryFind(string name) => Images.FirstOrDefault(image => image.Name == name);

    /// <summary>The image of that name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public CatalogueImage Find(string name) => TryFind(name) ?? throw new ConfigurationException($"{Path}: {DescribeMissing(name)}");

    /// <summary>That there is no image of that name, and which there are.</summary>
    public string DescribeMissing(string name)
    {
        var names = Images.Select(image => image.Name).ToList();
        var guess = NearName.Find(name, names) is { } near ? $"did you mean {JsonText.Quote(near)}? There are: " : "there are: ";
        return $"no image {JsonText.Quote(name)}: {(names.Count == 0 ? "the file has none at all" : guess + string.Join(", ", names))}";
    }
}

/// <summary>An image of a catalogue that is being read, key by key.</summary>
internal sealed class CatalogueDraft
{
    public Uri? Url { get; set; }

    public Sha256Digest? Digest { get; set; }

    public Uri? Sums { get; set; }

    public GuestArchitecture? Architecture { get; set; }

    public DateOnly? Released { get; set; }

    /// <summary>The image, once every required key was read without a problem.</summary>
    public CatalogueImage ToImage(string name) => new() { Name = name, Url = Url!, Digest = Digest, Sums = Sums, Architecture = Architecture, Released = Released };
}
