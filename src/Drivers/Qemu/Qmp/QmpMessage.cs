using System.Text.Json;
using System.Text.Unicode;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// One message from QEMU (<c>docs/interop/qmp-spec</c>). A closed hierarchy: a <c>switch</c> over the nested types is complete.
/// </summary>
internal abstract record QmpMessage
{
    /// <summary>The <c>id</c> of an answer that cannot be to one of our commands, because no id of ours is a negative number.</summary>
    public const long ForeignId = -1;

    private const int MaxErrorLength = 1000;

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}"u8);

    private QmpMessage()
    {
    }

    /// <summary>Reads a message.</summary>
    /// <param name="utf8">The message, without its line end.</param>
    /// <exception cref="JsonException">It is not JSON, or not a QMP message.</exception>
    public static QmpMessage Parse(ReadOnlySpan<byte> utf8)
    {
        RequireReadableStrings(utf8);
        var root = JsonElement.Parse(utf8);
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("a QMP message is an object");
        }

        if (root.TryGetProperty("event"u8, out var name))
        {
            return new Event(new QmpEvent(Text(name, "event"), DataOf(root), TimestampOf(root)));
        }

        if (root.TryGetProperty("error"u8, out var error))
        {
            return new Error(IdOf(root), Line(Text(Member(error, "class"), "class")), Line(Text(Member(error, "desc"), "desc")));
        }

        if (root.TryGetProperty("return"u8, out var value))
        {
            return new Return(IdOf(root), value);
        }

        return root.TryGetProperty("QMP"u8, out var greeting)
            ? new Greeting(GreetingOf(greeting))
            : throw new JsonException("neither greeting, return, error nor event");
    }

    // JsonElement finds an invalid string only when somebody asks for it, and then throws InvalidOperationException. Found here, it
    // is the connection's fault and not that of whoever looks at an event's data.
    private static void RequireReadableStrings(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new JsonException("not valid UTF-8");
        }

        Utf8JsonReader reader = new(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException unpaired)
        {
            throw new JsonException("a string with half a surrogate pair", unpaired);
        }
    }

    private static QmpGreeting GreetingOf(JsonElement greeting)
    {
        var version = Member(greeting, "version");
        var qemu = Member(version, "qemu");
        List<string> capabilities = [];
        var offered = Member(greeting, "capabilities");
        if (offered.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("'capabilities' is not an array");
        }

        foreach (var capability in offered.EnumerateArray())
        {
            capabilities.Add(Text(capability, "capabilities"));
        }

        return new QmpGreeting(
            new Version(Number(qemu, "major"), Number(qemu, "minor"), Number(qemu, "micro")),
            Text(Member(version, "package"), "package"),
            capabilities);
    }

    private static JsonElement DataOf(JsonElement root)
    {
        if (!root.TryGetProperty("data"u8, out var data))
        {
            return EmptyObject;
        }

        return data.ValueKind == JsonValueKind.Object ? data : throw new JsonException("an event's 'data' is not an object");
    }

    private static DateTimeOffset? TimestampOf(JsonElement root)
    {
        if (!root.TryGetProperty("timestamp"u8, out var timestamp)
            || timestamp.ValueKind != JsonValueKind.Object
            || !timestamp.TryGetProperty("seconds"u8, out var secondsMember)
            || !timestamp.TryGetProperty("microseconds"u8, out var microsecondsMember)
            || secondsMember.ValueKind != JsonValueKind.Number
            || microsecondsMember.ValueKind != JsonValueKind.Number
            || !secondsMember.TryGetInt64(out var seconds)
            || !microsecondsMember.TryGetInt64(out var microseconds)
            || seconds < 0
            || seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            || microseconds is < 0 or >= 1_000_000)
        {
            return null;
        }

        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private static long? IdOf(JsonElement root)
    {
        if (!root.TryGetProperty("id"u8, out var id))
        {
            return null;
        }

        return id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? number : ForeignId;
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member)
            ? member
            : throw new JsonException($"'{name}' is missing");

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new JsonException($"'{name}' is not a string");

    // These words end up in an error that a person reads on a terminal: they must neither drive it nor flood it.
    private static string Line(string text) => string.Create(Math.Min(text.Length, MaxErrorLength), text, static (line, text) =>
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
    });

    private static int Number(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= 0
            ? number
            : throw new JsonException($"'{name}' is not a version number");

    /// <summary>The first message of a connection.</summary>
    /// <param name="Value">What it says.</param>
    public sealed record Greeting(QmpGreeting Value) : QmpMessage;

    /// <summary>An event.</summary>
    /// <param name="Value">What it says.</param>
    public sealed record Event(QmpEvent Value) : QmpMessage;

    /// <summary>A command succeeded.</summary>
    /// <param name="Id">Which; null when the message has no id.</param>
    /// <param name="Value">What it returned.</param>
    public sealed record Return(long? Id, JsonElement Value) : QmpMessage;

    /// <summary>A command failed.</summary>
    /// <param name="Id">Which; null when QEMU could not even read the command's id.</param>
    /// <param name="Class">The error's class, on one line.</param>
    /// <param name="Description">QEMU's words, on one line.</param>
    public sealed record Error(long? Id, string Class, string Description) : QmpMessage;
}

/// <summary>Something QEMU says of its own accord: <c>SHUTDOWN</c>, <c>DEVICE_TRAY_MOVED</c>, …</summary>
/// <param name="Name">The event's name, as in QEMU's <c>qapi/*.json</c>.</param>
/// <param name="Data">Its data, always an object: an empty one for an event without data. Every string in it is valid Unicode.</param>
/// <param name="Timestamp">
/// When it happened by QEMU's wall clock; null when QEMU could not tell (it then says −1) or said something that is no time.
/// </param>
internal sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset? Timestamp);

/// <summary>What QEMU says first on every connection (<c>docs/interop/qmp-spec</c>, "Server Greeting").</summary>
/// <param name="Version">QEMU's version, three parts.</param>
/// <param name="Package">The packager's addition to it, such as <c>Debian 1:7.2+dfsg-7+deb12u16</c>; may be empty.</param>
/// <param name="Capabilities">Protocol capabilities on offer, such as <c>oob</c>. This client enables none.</param>
internal sealed record QmpGreeting(Version Version, string Package, IReadOnlyList<string> Capabilities);
