using System.Buffers;

namespace Orchestrator.Preprocessing;

/// <summary>A call as it is written in a config: <c>${{ function:argument }}</c>.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Argument">What follows the colon, without spaces around it.</param>
internal readonly record struct ConfigCall(string Function, string Argument)
{
    private const string Opening = "${{";
    private const string Closing = "}}";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>What a string value is.</summary>
    public enum Form
    {
        /// <summary>Text that has nothing of a call.</summary>
        Text,

        /// <summary>Text with <c>${{</c> somewhere in it, which is not a call since it is not the whole value.</summary>
        TextWithOpening,

        /// <summary>The whole value is <c>${{ … }}</c>, but what is inside is not <c>function:argument</c>.</summary>
        Malformed,

        /// <summary>A call.</summary>
        Call,
    }

    /// <summary>Looks at a string value.</summary>
    /// <param name="value">The string.</param>
    /// <param name="call">The call, where it is one.</param>
    public static Form Read(string value, out ConfigCall call)
    {
        call = default;
        if (!value.Contains(Opening, StringComparison.Ordinal))
        {
            return Form.Text;
        }

        // "${{ a:b }} and ${{ c:d }}" begins and ends like a call.
        if (!value.StartsWith(Opening, StringComparison.Ordinal)
            || value.IndexOf(Closing, StringComparison.Ordinal) != value.Length - Closing.Length)
        {
            return Form.TextWithOpening;
        }

        var inner = value.AsSpan(Opening.Length, value.Length - Opening.Length - Closing.Length);
        var colon = inner.IndexOf(':');
        if (colon < 0)
        {
            return Form.Malformed;
        }

        var function = inner[..colon].Trim();
        var argument = inner[(colon + 1)..].Trim();
        if (function.IsEmpty || argument.IsEmpty || function.ContainsAnyExcept(NameCharacters))
        {
            return Form.Malformed;
        }

        call = new ConfigCall(function.ToString(), argument.ToString());
        return Form.Call;
    }

    /// <summary>Looks for calls within a text.</summary>
    /// <returns>For each <c>${{</c>, where it stands and, where it begins a call, where that ends and what it is.</returns>
    public static IEnumerable<(int Start, int End, ConfigCall? Call)> FindIn(string text)
    {
        var start = text.IndexOf(Opening, StringComparison.Ordinal);
        while (start >= 0)
        {
            var inside = start + Opening.Length;
            var next = text.IndexOf(Opening, inside, StringComparison.Ordinal);
            var closing = text.IndexOf(Closing, inside, (next < 0 ? text.Length : next) - inside, StringComparison.Ordinal);
            var end = closing < 0 ? inside : closing + Closing.Length;
            yield return Read(text[start..end], out var call) == Form.Call ? (start, end, call) : (start, inside, null);
            start = next;
        }
    }

    /// <summary>As it would be written.</summary>
    public override string ToString() => $"{Opening} {Function}:{Argument} {Closing}";
}
