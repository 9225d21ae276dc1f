using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A secret that is like no other: wherever a trace of it is found, it is a trace of this one. It is found in whatever form texts take on their way.</summary>
public sealed class Canary
{
    // What all of them have in them, so that what has none is searched once.
    private const string Mark = "CanaryOfAStory";

    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly IReadOnlyList<(string Form, byte[] Bytes)> Marks = FormsOf(Mark);

    private readonly IReadOnlyList<(string Form, byte[] Bytes)> _forms;
    private readonly bool _isMarked;

    /// <param name="name">What it is, in words.</param>
    /// <param name="before">What its text begins with.</param>
    /// <param name="after">What its text ends with.</param>
    public Canary(string name, string before = "", string after = "")
    {
        var core = Mark + RandomNumberGenerator.GetString(LettersAndDigits, 16);
        (Name, Value) = (name, before + core + after);
        (_forms, _isMarked) = (FormsOf(core), true);
    }

    /// <summary>One that is a key, whose numbers are secret wherever they are taken out of its text.</summary>
    public Canary(string name, RSA key)
    {
        (Name, Value) = (name, key.ExportRSAPrivateKeyPem());
        var prime = key.ExportParameters(includePrivateParameters: true).P!;

        // Of the text a line near its end, as the first ones are what anybody may know of the key.
        _forms = [.. FormsOf(Value.Split('\n')[^5]), ("a number", prime), ("a number, its last byte first", [.. prime.Reverse()])];
    }

    public string Name { get; }

    /// <summary>The secret.</summary>
    public string Value { get; }

    /// <summary>How often bytes have some of them, in which forms.</summary>
    /// <param name="canaries">Which.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="place">Where they are.</param>
    /// <param name="from">How many of the bytes a trace may begin in; what follows is what it may end in.</param>
    public static List<Trace> TracesIn(IReadOnlyList<Canary> canaries, ReadOnlySpan<byte> bytes, string place, int from = int.MaxValue)
    {
        var traces = new List<Trace>();
        var marked = false;
        foreach (var (_, mark) in Marks)
        {
            marked |= bytes.IndexOf(mark) >= 0;
        }

        foreach (var canary in canaries)
        {
            if (marked || !canary._isMarked)
            {
                canary.AddTraces(traces, bytes, place, from);
            }
        }

        return traces;
    }

    public override string ToString() => Value;

    private void AddTraces(List<Trace> traces, ReadOnlySpan<byte> bytes, string place, int from)
    {
        foreach (var (form, needle) in _forms)
        {
            var whole = bytes[..(int)Math.Min(bytes.Length, (long)from + needle.Length - 1)];
            if (whole.Count(needle) is > 0 and var times)
            {
                traces.Add(new Trace(Name, place, form, times));
            }
        }
    }

    // Letters and digits are the same in JSON, in XML and in addresses, however their neighbours are written there. A character of base64 is three quarters of
    // a byte, so that there are three ways to write the same text, of which the first and the last character depend on its neighbours.
    private static IReadOnlyList<(string Form, byte[] Bytes)> FormsOf(string core)
    {
        var text = Encoding.UTF8.GetBytes(core);
        var inBase64 = Enumerable.Range(0, 3).Select(skipped => Convert.ToBase64String(text.AsSpan(skipped, (text.Length - skipped) / 3 * 3))).ToList();
        return
        [
            ("UTF-8", text),
            ("UTF-16", Encoding.Unicode.GetBytes(core)),
            ("hexadecimal", Encoding.UTF8.GetBytes(Convert.ToHexStringLower(text))),
            ("hexadecimal", Encoding.UTF8.GetBytes(Convert.ToHexString(text))),
            .. inBase64.Select(base64 => ("base64", Encoding.UTF8.GetBytes(base64))),
            .. inBase64.Select(base64 => ("base64 in UTF-16", Encoding.Unicode.GetBytes(base64))),
        ];
    }
}
