using System.Diagnostics;

namespace Orchestrator.Linux.Tests.Files;

/// <summary>What may lie where a regular file is expected.</summary>
internal static class OddFile
{
    /// <summary>The kinds, by what is said of each.</summary>
    public static TheoryData<string> Kinds => ["a FIFO", "a directory", "a socket", "a character device", "a symbolic link"];

    /// <summary>Puts one there.</summary>
    public static void Make(string kind, string path)
    {
        switch (kind)
        {
            case "a FIFO":
                using (var made = Process.Start("mkfifo", [path]))
                {
                    made.WaitForExit();
                    Assert.Equal(0, made.ExitCode);
                }

                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "a socket":
                Libc.Listen(path, backlog: 1).Dispose();
                break;
            case "a character device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            default:
                File.WriteAllText(path + ".target", "the target's");
                File.CreateSymbolicLink(path, path + ".target");
                break;
        }
    }
}
