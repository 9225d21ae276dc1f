using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// What a guest's cloud-init finds on the config drive: the files of its data source NoCloud, and the label that this looks for
/// (https://docs.cloud-init.io, "NoCloud").
/// </summary>
public static class CloudInitSeed
{
    /// <summary>The medium's label, one of the only two that NoCloud looks for.</summary>
    public const string VolumeId = "CIDATA";

    /// <summary>The file, and the key, with what cloud-init is to do.</summary>
    internal const string UserData = "user-data";

    /// <summary>The file, and the key, that says which machine this is.</summary>
    internal const string MetaData = "meta-data";

    /// <summary>The file, and the key, that describes the machine's network.</summary>
    internal const string NetworkConfig = "network-config";

    private const string InstanceId = "instance-id";
    private const string LocalHostname = "local-hostname";

    // cloudinit/handlers/__init__.py, INCLUSION_TYPES_MAP, of which each stands for those that begin with it; and the beginnings of a MIME message.
    private static readonly string[] FirstLines =
        ["#cloud-config", "#!", "#include", "#part-handler", "#cloud-boothook", "## template:", "content-type:", "mime-version:"];

    /// <summary>
    /// The text begins as cloud-init knows what it is by; else it does nothing with it. An empty one is nothing to do, and what a call gives nobody knows yet.
    /// </summary>
    internal static bool IsKnown(string userData)
    {
        var text = userData.AsSpan().TrimStart();
        if (text.IsEmpty || text.StartsWith("${{"))
        {
            return true;
        }

        foreach (var line in FirstLines)
        {
            if (text.StartsWith(line, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The files, by their names. They hold secrets.</summary>
    /// <param name="seed">
    /// The instance's object, processed: each file a text, which is taken as it is, or an object or an array, which is written as JSON and so is YAML.
    /// </param>
    /// <param name="run">The run's id, by which cloud-init sees that the machine is a new one, where the meta-data gives it no other.</param>
    /// <param name="name">The guest's name for itself, where there is no meta-data.</param>
    public static IReadOnlyDictionary<string, byte[]> Write(JsonElement seed, string run, string name)
    {
        var files = new Dictionary<string, byte[]>
        {
            [UserData] = seed.TryGetProperty(UserData, out var userData) ? WriteUserData(userData) : [],
            [MetaData] = seed.TryGetProperty(MetaData, out var metaData) ? WriteMetaData(metaData, run) : WriteMetaData(run, name),
        };
        if (seed.TryGetProperty(NetworkConfig, out var network))
        {
            files.Add(NetworkConfig, Text(network) ?? WriteYaml("", network.WriteTo));
        }

        return files;
    }

    private static byte[]? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(value.GetString()!) : null;

    private static byte[] WriteUserData(JsonElement data) =>
        Text(data) ?? WriteYaml(data.ValueKind == JsonValueKind.Array ? "#cloud-config-archive\n" : "#cloud-config\n", data.WriteTo);

    private static byte[] WriteMetaData(string run, string name) => WriteYaml("", writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(InstanceId, run);
        writer.WriteString(LocalHostname, name);
        writer.WriteEndObject();
    });

    private static byte[] WriteMetaData(JsonElement data, string run) => Text(data) ?? WriteYaml("", writer =>
    {
        writer.WriteStartObject();
        if (!data.TryGetProperty(InstanceId, out _))
        {
            writer.WriteString(InstanceId, run);
        }

        foreach (var property in data.EnumerateObject())
        {
            property.WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    private static byte[] WriteYaml(string firstLine, Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonText.WriterOptions with { Indented = true }))
        {
            write(writer);
        }

        var yaml = new ArrayBufferWriter<byte>(firstLine.Length + json.WrittenCount + 1);
        Encoding.UTF8.GetBytes(firstLine, yaml);
        JoinSurrogates(json.WrittenSpan, yaml);
        yaml.Write("\n"u8);
        var file = yaml.WrittenSpan.ToArray();
        json.Clear(); // with zeros
        yaml.Clear();
        return file;
    }

    // JSON writes a character above U+FFFF as two escapes. To YAML they are two characters, and both none.
    private static void JoinSurrogates(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> yaml)
    {
        const int Escape = 6; // \uD83D
        while (json.IndexOf((byte)'\\') is >= 0 and var backslash)
        {
            yaml.Write(json[..backslash]);
            json = json[backslash..];
            if (json.Length >= 2 * Escape && CodeUnit(json) is { } high && char.IsHighSurrogate(high) && CodeUnit(json[Escape..]) is { } low)
            {
                yaml.Advance(new Rune(high, low).EncodeToUtf8(yaml.GetSpan(4)));
                json = json[(2 * Escape)..];
            }
            else
            {
                // Of an escaped backslash the second one begins nothing.
                yaml.Write(json[..2]);
                json = json[2..];
            }
        }

        yaml.Write(json);
    }

    private static char? CodeUnit(ReadOnlySpan<byte> escape) =>
        escape[1] == 'u' && ushort.TryParse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
}
