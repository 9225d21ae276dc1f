using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class ImageCatalogueTests : IDisposable
{
    private const string Digest = "9f2b4bb4b1f0f6d9a7b04c1f0a1d7a5b6a70f2d1a3c9c6ec1e9a4d1f0c8e2b57";

    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Images_are_read()
    {
        var catalogue = Parse($$"""
            { "debian-12": { "url": "https://images.example/a/debian.qcow2", "sha256": "{{Digest.ToUpperInvariant()}}", "arch": "aarch64", "released": "2026-11-01" },
              "nightly": { "url": "http://127.0.0.1:8000/n.raw.xz", "sha256sums": "https://[::1]/SHA256SUMS" } }
            """);

        Assert.Equal(
            new CatalogueImage
            {
                Name = "debian-12",
                Url = new Uri("https://images.example/a/debian.qcow2"),
                Digest = Sha256Digest.TryParse(Digest),
                Architecture = GuestArchitecture.Arm64,
                Released = new DateOnly(2026, 11, 1),
            },
            catalogue.Find("debian-12"));
        Assert.Equal(new Uri("https://[::1]/SHA256SUMS"), catalogue.Find("nightly").Sums);
        Assert.Contains("did you mean \"nightly\"?", Assert.Throws<ConfigurationException>(() => catalogue.Find("nigthly")).Message, StringComparison.Ordinal);
        Assert.Empty(Parse("{}").Images);
    }

    [Theory]
    [InlineData("[]", "images.json:1: must be an object")]
    [InlineData("""{ "a": 7 }""", "images.json:1: a: must be an object")]
    [InlineData("""{ "a b": { "url": "https://e.example/x", "sha256": "DIGEST" } }""", "images.json:1: [\"a b\"]: an image's name must be")]
    [InlineData("""{ "a": { "sha256": "DIGEST" } }""", "images.json:1: a: the key \"url\" is missing")]
    [InlineData("""{ "a": { "url": "https://e.example/x" } }""", "images.json:1: a: nothing says which file it is to be")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "DIGEST", "sha256sums": "https://e.example/y" } }""", "say the same")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha-256": "DIGEST" } }""", "images.json:1: a: unknown key \"sha-256\": did you mean \"sha256\"?")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "beef" } }""", "images.json:1: a.sha256: must be a SHA-256 digest")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "DIGEST", "arch": "amd64" } }""", "images.json:1: a.arch: must be one of")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "DIGEST", "released": "2026-11-31" } }""", "images.json:1: a.released: must be a day, such as \"2026-11-01\", not")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "DIGEST", "released": 20261101 } }""", "images.json:1: a.released: must be a day")]
    [InlineData("""{ "a": { "url": "http://e.example/x", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "http://localhost/x", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "https://user@e.example/x", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "https://e.example/x?y", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "https://e.example/x/", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "https://e.example/x%2Fy", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData(
        """{ "a": { "url": "http://127.0.0.1/x", "sha256sums": "http://127.0.0.1/y" } }""",
        "images.json:1: a.sha256sums: must be an https URL that ends in a file's name, without user name, query and fragment: by http, every user of this host may answer; or say")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256sums": "http://e.example/y" } }""", "images.json:1: a.sha256sums: must be an https URL")]
    [InlineData("""{ "a": { "url": "file:///x", "sha256": "DIGEST" } }""", "images.json:1: a.url: must be an https URL")]
    [InlineData("""{ "a": { "url": "https://e.example/x", "sha256": "DIGEST" }, "a": {} }""", "the key is already on line 1")]
    public void What_is_wrong_is_told_with_its_place(string text, string problem) => Assert.Contains(
        problem,
        Assert.Throws<ConfigurationException>(() => Parse(text.Replace("DIGEST", Digest, StringComparison.Ordinal))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_instance_names_an_image_of_the_catalogue_beside_it()
    {
        Write($$"""{ "debian-12": { "url": "https://images.example/debian.qcow2", "sha256": "{{Digest}}" } }""");

        var instance = Assert.Single(Load("catalogue:debian-12").Instances);

        Assert.Equal(Digest, instance.CatalogueImage?.Digest?.Hex);
        Assert.Null(Assert.Single(Load("./catalogue:debian-12").Instances).CatalogueImage);
    }

    [Theory]
    [InlineData("catalogue:debian-13", "instances.json:1: [0].image: IMAGES: no image \"debian-13\": did you mean \"debian-12\"?")]
    [InlineData("catalogue:", "instances.json:1: [0].image: must be a path, or catalogue:NAME, not \"catalogue:\"")]
    [InlineData("catalogue:../x", "instances.json:1: [0].image: must be a path, or catalogue:NAME")]
    [InlineData("catalogue:debian-12", "instances.json:1: [0].image: \"debian-12\" is an image for aarch64, and the instance's arch is x86_64")]
    public void An_instance_that_names_none_that_fits_is_told(string image, string problem)
    {
        Write($$"""{ "debian-12": { "url": "https://images.example/debian.qcow2", "sha256": "{{Digest}}", "arch": "aarch64" } }""");

        Assert.Contains(
            problem.Replace("IMAGES", Path.Combine(_directory, "images.json"), StringComparison.Ordinal),
            Assert.Throws<ConfigurationException>(() => Load(image)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalogue_that_is_not_there_or_broken_is_told_with_what_else_is_wrong_and_once()
    {
        Assert.Contains("images.json: there is no such file", Assert.Throws<ConfigurationException>(() => Load("catalogue:a")).Message, StringComparison.Ordinal);

        Write("""{ "a": {}, "b": {} }""");
        var lines = Assert.Throws<ConfigurationException>(() => Load("catalogue:a", ", \"nmae\": 1")).Message.Split('\n');

        Assert.Equal(3, lines.Length);
        Assert.Contains("unknown key \"nmae\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("images.json:1: a: the key \"url\" is missing", lines[1], StringComparison.Ordinal);
        Assert.Contains("images.json:1: b: the key \"url\" is missing", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_its_keys_in_the_documents_is_current()
    {
        var rows = ImageCatalogue.Keys.Select(key => $"| `{key.Name}` | {(key.IsRequired ? "yes" : "no")} | {key.Description} | {key.Expectation} |\n");

        Assert.Contains(
            $"\n\n| key | required | meaning | value |\n| --- | --- | --- | --- |\n{string.Concat(rows)}\n",
            File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "images.md")),
            StringComparison.Ordinal);
    }

    private static ImageCatalogue Parse(string text) => ImageCatalogue.Parse(Encoding.UTF8.GetBytes(text), "images.json");

    private void Write(string catalogue) => File.WriteAllText(Path.Combine(_directory, "images.json"), catalogue);

    private InstancesFile Load(string image, string more = "") => InstancesFile.Parse(
        Encoding.UTF8.GetBytes($$"""[{ {{InstancesText.Keys.Replace("a.qcow2", image, StringComparison.Ordinal)}}, "arch": "x86_64"{{more}} }]"""),
        Path.Combine(_directory, "instances.json"),
        InstancesText.Settings);
}
