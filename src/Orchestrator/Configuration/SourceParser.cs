using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>
/// Reads JSON (RFC 8259, no comments, no trailing commas: whatever else reads the file can read it too) into a tree that knows its lines.
/// Keys that occur twice in one object are reported; nesting is limited.
/// </summary>
internal ref struct SourceParser
{
    /// <summary>How many objects and arrays may be open at once.</summary>
    public const int MaximumDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly SourceProblems _problems;
    private Utf8JsonReader _reader;
    private int _line;
    private int _countedTo;

    private SourceParser(ReadOnlySpan<byte> bytes, SourceProblems problems, int firstLine)
    {
        _bytes = bytes;
        _problems = problems;
        _line = firstLine;

        // One more than allowed, so that it is our own, clearer check that trips.
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaximumDepth + 1 });
    }

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">UTF-8, without a byte order mark.</param>
    /// <param name="problems">Receives the problems after which reading can go on.</param>
    /// <param name="path">The document's own path, for messages about duplicate keys.</param>
    /// <param name="firstLine">The number of the first line.</param>
    /// <exception cref="ConfigurationException">It is not JSON, is nested too deep or is not UTF-8.</exception>
    public static SourceValue Parse(ReadOnlySpan<byte> bytes, SourceProblems problems, string path = "", int firstLine = 1)
    {
        var parser = new SourceParser(bytes, problems, firstLine);
        parser.RefuseInvalidUtf8();
        try
        {
            parser._reader.Read();
            var value = parser.ReadValue(path);
            parser._reader.Read();
            return value;
        }
        catch (JsonException exception)
        {
            throw parser.Explain(exception);
        }
    }

    private readonly void RefuseInvalidUtf8()
    {
        if (Utf8.IsValid(_bytes))
        {
            return;
        }

        var offset = 0;
        while (Rune.DecodeFromUtf8(_bytes[offset..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            offset += consumed;
        }

        var line = _line + _bytes[..offset].Count((byte)'\n');
        throw _problems.Fatal(line, $"byte {offset} is not UTF-8: save the file in that encoding");
    }

    private readonly ConfigurationException Explain(JsonException exception)
    {
        if (_bytes.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return _problems.Fatal(_line, "the file is empty");
        }

        var lineIndex = (int)(exception.LineNumber ?? 0);
        var rest = _bytes;
        for (var skipped = 0; skipped < lineIndex && rest.IndexOf((byte)'\n') is >= 0 and var end; skipped++)
        {
            rest = rest[(end + 1)..];
        }

        var column = (int)(exception.BytePositionInLine ?? 0);
        _ = Rune.DecodeFromUtf8(column < rest.Length ? rest[column..] : [0], out var found, out _);
        var firstLine = _line - _bytes[.._countedTo].Count((byte)'\n');
        return _problems.Syntax(exception, firstLine + lineIndex, found);
    }

    private int CurrentLine()
    {
        var start = (int)_reader.TokenStartIndex;
        _line += _bytes[_countedTo..start].Count((byte)'\n');
        _countedTo = start;
        return _line;
    }

    private SourceValue ReadValue(string path)
    {
        var line = CurrentLine();
        var start = (int)_reader.TokenStartIndex;
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                RefuseDepth(line);
                var properties = ReadProperties(path);
                return new SourceValue
                {
                    Kind = JsonValueKind.Object,
                    Line = line,
                    Properties = properties,
                    Extent = start..(int)_reader.BytesConsumed,
                };
            case JsonTokenType.StartArray:
                RefuseDepth(line);
                var items = ReadItems(path);
                return new SourceValue
                {
                    Kind = JsonValueKind.Array,
                    Line = line,
                    Items = items,
                    Extent = start..(int)_reader.BytesConsumed,
                };
            default:
                return new SourceValue
                {
                    Kind = _reader.TokenType switch
                    {
                        JsonTokenType.String => JsonValueKind.String,
                        JsonTokenType.Number => JsonValueKind.Number,
                        JsonTokenType.True => JsonValueKind.True,
                        JsonTokenType.False => JsonValueKind.False,
                        _ => JsonValueKind.Null,
                    },
                    Line = line,
                    Text = _reader.TokenType switch
                    {
                        JsonTokenType.String => ReadString(line),
                        JsonTokenType.Number => Encoding.ASCII.GetString(_reader.ValueSpan),
                        _ => "",
                    },
                    Extent = start..(int)_reader.BytesConsumed,
                };
        }
    }

    private List<SourceProperty> ReadProperties(string path)
    {
        var properties = new List<SourceProperty>();
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var line = CurrentLine();
            var name = ReadString(line);
            var keyPath = JsonText.KeyPath(path, name);
            if (!firstLines.TryAdd(name, line))
            {
                _problems.Add(line, keyPath, $"the key is already on line {firstLines[name]}: remove one of the two");
            }

            _reader.Read();
            properties.Add(new SourceProperty(name, line, ReadValue(keyPath)));
        }

        return properties;
    }

    private List<SourceValue> ReadItems(string path)
    {
        var items = new List<SourceValue>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(JsonText.ItemPath(path, items.Count)));
        }

        return items;
    }

    private readonly void RefuseDepth(int line)
    {
        if (_reader.CurrentDepth >= MaximumDepth)
        {
            throw _problems.Fatal(line, $"nested deeper than {MaximumDepth} levels: flatten it");
        }
    }

    private readonly string ReadString(int line)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // Grammatical JSON, yet no Unicode text: what a guest would make of it nobody can say.
            throw new ConfigurationException(
                _problems.Fatal(line, "a string has half of a surrogate pair (\\uD800 to \\uDFFF): write both halves").Message,
                exception);
        }
    }
}
