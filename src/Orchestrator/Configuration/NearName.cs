namespace Orchestrator.Configuration;

/// <summary>Finds the known name that a person who wrote another one probably meant.</summary>
internal static class NearName
{
    /// <summary>The nearest of the known names, or null when none is near.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        var word = Normalize(written);
        if (word.Length is 0 or > 64)
        {
            return null;
        }

        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in known)
        {
            var target = Normalize(candidate);
            var distance = IsPartOf(word, target) || IsPartOf(target, word) ? 1 : Distance(word, target);
            if (distance < bestDistance && distance <= Math.Max(1, Math.Max(word.Length, target.Length) / 3))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    // cpu_cores, cpuCores and CPU-CORES are the same slip of the pen.
    private static string Normalize(string name)
    {
        Span<char> buffer = stackalloc char[2 * Math.Min(name.Length, 65)];
        var length = 0;
        var afterLower = false;
        foreach (var character in name.AsSpan(0, Math.Min(name.Length, 65)))
        {
            if (char.IsUpper(character) && afterLower)
            {
                buffer[length++] = '-';
            }

            buffer[length++] = character is '_' or ' ' ? '-' : char.ToLowerInvariant(character);
            afterLower = char.IsLower(character);
        }

        return new string(buffer[..length]);
    }

    private static bool IsPartOf(string part, string whole) =>
        part.Length >= 3 && part.Length < whole.Length
        && (whole.StartsWith(part + '-', StringComparison.Ordinal)
            || whole.EndsWith('-' + part, StringComparison.Ordinal)
            || (part.Length >= 4 && whole.StartsWith(part, StringComparison.Ordinal)));

    // Optimal string alignment: insertion, deletion, substitution and the transposition of neighbours cost one each.
    private static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        var beforePrevious = new int[b.Length + 1];
        for (var column = 0; column <= b.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= a.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= b.Length; column++)
            {
                var substitution = previous[column - 1] + (a[row - 1] == b[column - 1] ? 0 : 1);
                current[column] = Math.Min(substitution, Math.Min(previous[column], current[column - 1]) + 1);
                if (row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1])
                {
                    current[column] = Math.Min(current[column], beforePrevious[column - 2] + 1);
                }
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[b.Length];
    }
}
