using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Arguments;

/// <summary>
/// The block graph as <c>-blockdev</c> options in JSON (QEMU's <c>qapi/block-core.json</c>, BlockdevOptions). Every node is named and every format
/// told, so that QEMU neither guesses a format nor opens what an image names.
/// </summary>
internal static class BlockNodes
{
    /// <summary>The node with the root disk.</summary>
    public const string Root = "root";

    /// <summary>The node with the config drive's medium, while there is one.</summary>
    public const string ConfigMedia = "config-media";

    /// <summary>The file descriptor set that holds the medium.</summary>
    public const int ConfigMediaSet = 3;

    private const int ConsoleLogSet = 1;
    private const int OverlaySet = 2;
    private const int GuestPortSet = 4;
    private const int FirstBackingSet = 10;

    /// <summary>The name under which QEMU opens the console log.</summary>
    public static string ConsoleLogPath => PathOf(ConsoleLogSet);

    /// <summary>The name under which QEMU opens what the guest says something of itself by.</summary>
    public static string GuestPortPath => PathOf(GuestPortSet);

    /// <summary>The name under which QEMU opens the config drive's medium.</summary>
    public static string ConfigMediaPath => PathOf(ConfigMediaSet);

    /// <summary>The name under which QEMU opens an image of the backing chain, the base image being number 0.</summary>
    public static string ChainPath(int index) => PathOf(FirstBackingSet + index);

    /// <summary>The options that hand the files over (<c>-add-fd</c>).</summary>
    public static IEnumerable<string> FileOptions(HostFacts host)
    {
        IEnumerable<(int Descriptor, int Set)> files =
        [
            (host.ConsoleLog, ConsoleLogSet),
            (host.Overlay, OverlaySet),
            (host.ConfigMedia, ConfigMediaSet),
            (host.GuestPort, GuestPortSet),
            .. host.BackingChain.Select((descriptor, index) => (descriptor, FirstBackingSet + index)),
        ];
        return files.SelectMany(file =>
            new[] { "-add-fd", string.Create(CultureInfo.InvariantCulture, $"fd={file.Descriptor},set={file.Set}") });
    }

    /// <summary>The options that make the root disk's nodes, the deepest backing file first.</summary>
    public static IEnumerable<string> DiskOptions(HostFacts host)
    {
        string? backing = null;
        for (var index = host.BackingChain.Count - 1; index >= 0; index--)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"base{index}");
            var fileName = name + "-file";
            yield return "-blockdev";
            yield return FileNode(fileName, FirstBackingSet + index, host.AsynchronousIo, readOnly: true);
            yield return "-blockdev";
            yield return ImageNode(name, fileName, backing, readOnly: true);
            backing = name;
        }

        yield return "-blockdev";
        yield return FileNode(Root + "-file", OverlaySet, host.AsynchronousIo, readOnly: false);
        yield return "-blockdev";
        yield return ImageNode(Root, Root + "-file", backing, readOnly: false);
    }

    private static string FileNode(string name, int set, string asynchronousIo, bool readOnly) => Json(writer =>
    {
        writer.WriteString("driver", "file");
        writer.WriteString("node-name", name);
        writer.WriteString("filename", PathOf(set));
        writer.WriteString("aio", asynchronousIo);
        WriteCommon(writer, readOnly);
    });

    private static string ImageNode(string name, string file, string? backing, bool readOnly) => Json(writer =>
    {
        writer.WriteString("driver", "qcow2");
        writer.WriteString("node-name", name);
        writer.WriteString("file", file);
        writer.WriteString("backing", backing); // a null keeps QEMU from opening what the image's header names
        WriteCommon(writer, readOnly);
    });

    private static void WriteCommon(Utf8JsonWriter writer, bool readOnly)
    {
        if (readOnly)
        {
            writer.WriteBoolean("read-only", true);
        }
        else
        {
            // What the guest discards, the host need not keep.
            writer.WriteString("discard", "unmap");
        }

        // The disk is thrown away with the machine, so nothing of it needs to survive the host: a flush is not worth waiting for.
        writer.WriteStartObject("cache");
        writer.WriteBoolean("direct", false);
        writer.WriteBoolean("no-flush", true);
        writer.WriteEndObject();
    }

    private static string PathOf(int set) => string.Create(CultureInfo.InvariantCulture, $"/dev/fdset/{set}");

    private static string Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
