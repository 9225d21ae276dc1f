namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Has the short-lived programs that a run starts write down what they were given: they are gone before anybody can look.</summary>
public static class HeardPrograms
{
    // What it is searched for, it has in it as bytes: its own arguments and environment, as proc(5) shows them.
    private const string Script = """
        #!/bin/sh
        PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
        cat "/proc/$$/cmdline" "/proc/$$/environ" >"DIRECTORY/${0##*/}.$$"
        exec "${0##*/}" "$@"

        """;

    /// <summary>Puts them before the real ones.</summary>
    /// <param name="bench">Where.</param>
    /// <param name="programs">Their names.</param>
    /// <returns>The directory with what they heard, a file for each that was started.</returns>
    public static string Listen(Workbench bench, params IReadOnlyList<string> programs)
    {
        var heard = Directory.CreateDirectory(bench.PathOf("heard")).FullName;
        File.SetUnixFileMode(heard, (UnixFileMode)0b1_111_111_111); // some run as a machine's user
        var directory = Directory.CreateDirectory(bench.PathOf("bin"), (UnixFileMode)0b111_101_101).FullName;
        foreach (var program in programs)
        {
            bench.WriteProgram(Path.Combine(directory, program), Script.Replace("DIRECTORY", heard, StringComparison.Ordinal));
        }

        bench.Environment["PATH"] = $"{directory}:{bench.Environment["PATH"]}";
        return heard;
    }
}
