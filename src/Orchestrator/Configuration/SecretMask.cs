using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// The last line of defence: hides every secret that this process has at the moment in text that is about to leave it. No text is meant to have one; but exceptions
/// quote what they choked on, and servers what they were sent. Thread-safe.
/// </summary>
internal static class SecretMask
{
    /// <summary>What is seen in a secret's place.</summary>
    public const string Mask = "***";

    // Whatever is shorter may be a word of any sentence; a token never is.
    private const int Shortest = 8;

    private static readonly Lock Lock = new();
    private static int _forgetting;

    // Weakly: a token that was minted for a run is to be forgotten when its guest has it.
    private static readonly List<WeakReference<Secret>> Known = [];

    /// <summary>Hides one from here on.</summary>
    public static void Learn(Secret secret)
    {
        lock (Lock)
        {
            Known.RemoveAll(known => !known.TryGetTarget(out _));
            Known.Add(new WeakReference<Secret>(secret));
        }
    }

    /// <summary>
    /// Clears memory of the secrets that nobody holds any more. Whatever text led to them is garbage, and lies there until its place is needed: it is, or goes back to
    /// the kernel.
    /// </summary>
    public static void Forget()
    {
        if (Interlocked.Exchange(ref _forgetting, 1) == 1)
        {
            return; // somebody is about to, and does it for us
        }

        // Not while a text is looked through, for which all of them are held: nothing would come back for them.
        lock (Lock)
        {
            Volatile.Write(ref _forgetting, 0);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    /// <summary>The text without secrets, also those with several lines, and those that JSON writes in another way.</summary>
    public static string Hide(string text)
    {
        lock (Lock)
        {
            return HideAll(text);
        }
    }

    // Not inlined, so that who has left it holds nothing of what it looked for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string HideAll(string text)
    {
        foreach (var part in Parts())
        {
            text = text.Replace(part, Mask, StringComparison.Ordinal)
                .Replace(JsonEncodedText.Encode(part, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    // The longest first, should one be the beginning of another.
    private static List<string> Parts() =>
    [
        .. Known.Select(known => known.TryGetTarget(out var secret) ? secret.Reveal() : "")
            .SelectMany(value => value.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            .Where(part => part.Length >= Shortest && !part.StartsWith("-----", StringComparison.Ordinal))
            .Distinct()
            .OrderByDescending(part => part.Length),
    ];
}
