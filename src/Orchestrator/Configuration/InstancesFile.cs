using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>The instances of an <c>instances.json</c>.</summary>
public sealed class InstancesFile
{
    private InstancesFile(string path, IReadOnlyList<Instance> instances, IReadOnlyList<string> warnings)
    {
        Path = path;
        Instances = instances;
        Warnings = warnings;
    }

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The instances in the order of the file; no two have the same name.</summary>
    public IReadOnlyList<Instance> Instances { get; }

    /// <summary>What works but is probably not meant, a line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Reads and checks the file, and the catalogue beside it where an instance's image is one of its. Nothing else is looked at: images need not exist.
    /// </summary>
    /// <param name="path">The file; relative paths in it are relative to its directory.</param>
    /// <param name="settings">What holds where the file does not say.</param>
    /// <param name="refuseDuplicates">
    /// Two instances of one name are an error. Otherwise the first counts and <see cref="Warnings"/> says so.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The file cannot be read or something in it is wrong. The message has a line for each problem, with the line number and the JSON path.
    /// </exception>
    public static InstancesFile Load(string path, HostSettings settings, bool refuseDuplicates = false)
    {
        if (SourceFile.TryRead(path) is not { } bytes)
        {
            var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
            throw new ConfigurationException(
                $"{path}: there is no such file in {directory}: go to the directory that holds it, or name it with --file");
        }

        return Parse(bytes, path, settings, refuseDuplicates);
    }

    /// <summary>Checks a file's content.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="path">The file's name; its directory is what paths are relative to.</param>
    /// <param name="settings">As in <see cref="Load"/>.</param>
    /// <param name="refuseDuplicates">As in <see cref="Load"/>.</param>
    internal static InstancesFile Parse(ReadOnlySpan<byte> bytes, string path, HostSettings settings, bool refuseDuplicates = false)
    {
        var keys = InstanceKeys.For(settings.Drivers);
        var problems = new SourceProblems(path);
        var warnings = new SourceProblems(path);
        var document = SourceParser.Parse(bytes, problems);
        if (document.Kind != JsonValueKind.Array)
        {
            problems.Add(document.Line, "", $"must be an array of instances ([ … ]), not {document.Shown}");
            problems.ThrowIfAny();
        }

        var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
        var catalogue = new CatalogueBeside(path);
        var instances = new List<Instance>();
        var byName = new Dictionary<string, Instance>(StringComparer.Ordinal);
        for (var index = 0; index < document.Items.Count; index++)
        {
            var item = document.Items[index];
            var location = new SourceLocation(path, item.Line, JsonText.ItemPath("", index));
            var problemsBefore = problems.Count;
            var draft = new InstanceDraft(directory);
            SourceObject.Read(item, keys, "", location.Path, draft, problems, (key, value, path) =>
            {
                if (key.Name == InstanceKeys.Mounts)
                {
                    ReadMounts(value, keys, path, draft, problems);
                }
            });
            RequireImage(draft, item, location, catalogue, problems);
            if (draft is { RunnerScope: { } scope, RunnerGroup: not null } && JitRunner.FindGroupProblem(scope) is { } problem)
            {
                var group = draft.GitHub!.Properties.First(property => property.Name == "group");
                problems.Add(group.Line, JsonText.KeyPath(JsonText.KeyPath(location.Path, "github"), "group"), problem);
            }

            if (draft is { TimeoutFromJob: true, IdleTimeoutSeconds: null })
            {
                problems.Add(item.Line, location.Path, "\"timeout-from\": \"job\" needs \"idle-timeout-seconds\" beside it: a machine that gets no job would have no limit otherwise");
            }

            if (problems.Count > problemsBefore)
            {
                continue;
            }

            var instance = draft.ToInstance(bytes, location, settings);
            if (byName.TryGetValue(instance.Name, out var first))
            {
                (refuseDuplicates ? problems : warnings).Add(item.Line, location.Path, DescribeDuplicate(first, refuseDuplicates));
                continue;
            }

            Warn(instance, draft, warnings);
            byName.Add(instance.Name, instance);
            instances.Add(instance);
        }

        if (problems.Count > 0 || catalogue.Problem is not null)
        {
            throw new ConfigurationException(SourceProblems.Combine([.. problems.Lines, .. catalogue.Problem?.Split('\n') ?? []]));
        }

        string[] shared = [.. instances.SelectMany(instance => instance.Machine.Mounts).Select(mount => mount.Source).Distinct()];
        return new InstancesFile(path, [.. instances.Select(instance => instance with { SharedDirectories = shared })], [.. warnings.Lines]);
    }

    /// <summary>The instance of that name.</summary>
    /// <exception cref="ConfigurationException">There is none; the message lists those there are.</exception>
    public Instance Find(string name)
    {
        if (Instances.FirstOrDefault(instance => instance.Name == name) is { } found)
        {
            return found;
        }

        if (Instances.Count == 0)
        {
            throw new ConfigurationException($"{Path}: no instance {JsonText.Quote(name)}: the file has none at all");
        }

        var names = Instances.Select(instance => instance.Name).ToList();
        var guess = NearName.Find(name, names) is { } near ? $"did you mean {JsonText.Quote(near)}? There are: " : "there are: ";
        throw new ConfigurationException($"{Path}: no instance {JsonText.Quote(name)}: {guess}{string.Join(", ", names)}");
    }

    // An image of a catalogue that is broken is nobody's fault but the catalogue's.
    private static void RequireImage(InstanceDraft draft, SourceValue item, SourceLocation location, CatalogueBeside catalogue, SourceProblems problems)
    {
        if (ImageReferenceKind.NameIn(draft.Image) is not { } name || catalogue.Read() is not { } images)
        {
            return;
        }

        var architecture = draft.Architecture ?? InstanceDraft.HostArchitecture;
        draft.CatalogueImage = images.TryFind(name);
        var problem = draft.CatalogueImage switch
        {
            null => $"{images.Path}: {images.DescribeMissing(name)}",
            { Architecture: { } other } when other != architecture =>
                $"{JsonText.Quote(name)} is an image for {InstanceKeys.ArchitectureWords.WordOf(other)}, and the instance's arch is "
                + $"{InstanceKeys.ArchitectureWords.WordOf(architecture)}: change \"arch\" or name another image",
            _ => null,
        };
        if (problem is not null)
        {
            var line = item.Properties.First(property => property.Name == "image").Line;
            problems.Add(line, JsonText.KeyPath(location.Path, "image"), problem);
        }
    }

    private static void ReadMounts(SourceValue items, IReadOnlyList<ConfigurationKey<InstanceDraft>> keys, string path, InstanceDraft draft, SourceProblems problems)
    {
        for (var index = 0; index < items.Items.Count; index++)
        {
            draft.Mounts.Add(new InstanceDraft.MountDraft());
            SourceObject.Read(items.Items[index], keys, InstanceKeys.MountItem, JsonText.ItemPath(path, index), draft, problems);
            var tag = draft.Mounts[^1].Tag;
            if (tag.Length > 0 && draft.Mounts.FindIndex(mount => mount.Tag == tag) is var first && first < index)
            {
                problems.Add(
                    items.Items[index].Line, JsonText.KeyPath(JsonText.ItemPath(path, index), "tag"), $"{JsonText.Quote(tag)} is taken by {JsonText.ItemPath(path, first)}: name another");
            }
        }
    }

    private static string DescribeDuplicate(Instance first, bool refused)
    {
        var where = first.Location.Line is { } line ? $"line {line}" : first.Location.Path;
        var remedy = refused ? "rename one of the two" : "the first one counts; rename one of the two";
        return $"the name {JsonText.Quote(first.Name)} is taken by the instance on {where}: {remedy}";
    }

    private static void Warn(Instance instance, InstanceDraft draft, SourceProblems warnings)
    {
        var path = instance.Location.Path;
        if (draft.Image.StartsWith('~'))
        {
            warnings.Add(instance.Location.Line, JsonText.KeyPath(path, "image"), "'~' is not expanded: write the path out");
        }

        if (draft.UserData is { Kind: JsonValueKind.String } userData && !CloudInitSeed.IsKnown(userData.Text))
        {
            warnings.Add(
                userData.Line,
                JsonText.KeyPath(instance.CloudInitLocation.Path, CloudInitSeed.UserData),
                "cloud-init does nothing with a text that does not begin with one of the lines by which it knows what it is: "
                    + "begin it with \"#cloud-config\", or \"#!\" and the path of an interpreter");
        }

        if (draft.Allow.Count > 0 && instance.Machine.Network != NetworkMode.Internet)
        {
            warnings.Add(instance.Location.Line, JsonText.KeyPath(path, "allow"), "ignored, since \"network\" is not \"internet\": remove one of the two");
        }

        if (draft is { CatalogueImage: not null, Backing.Count: > 0 })
        {
            warnings.Add(instance.Location.Line, JsonText.KeyPath(path, "backing"), "ignored, since a catalogue's images are backed by nothing: remove it");
        }

        if (instance.Machine.Network == NetworkMode.Open)
        {
            warnings.Add(
                instance.Location.Line,
                JsonText.KeyPath(path, "network"),
                "\"open\" lets the guest reach this host's own services and the SSH of its neighbours: use \"internet\", with what it needs beside that in \"allow\"");
        }

        if (instance is { Machine.Network: NetworkMode.None, SshPort: not null })
        {
            warnings.Add(instance.Location.Line, JsonText.KeyPath(path, "ssh-port"), "ignored, since \"network\" is \"none\": remove one of the two");
        }
    }
}
