using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Iso9660.Tests.Integration;

/// <summary>Runs a reader of images; skips the test, saying what to install, where the program is missing.</summary>
internal sealed class Tool(string program, string package)
{
    public static readonly Tool IsoInfo = new("isoinfo", "genisoimage");
    public static readonly Tool Xorriso = new("xorriso", "xorriso");
    public static readonly Tool BsdTar = new("bsdtar", "libarchive-tools");
    public static readonly Tool BlkId = new("blkid", "util-linux");
    public static readonly Tool File = new("file", "file");

    /// <summary>What the program said; the test fails unless it succeeded.</summary>
    public async Task<ToolOutput> RunAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";

        // A user's PATH often lacks the directory where blkid is.
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        try
        {
            using var process = Process.Start(start)!;
            var cancelled = TestContext.Current.CancellationToken;
            var output = process.StandardOutput.ReadToEndAsync(cancelled);
            var error = process.StandardError.ReadToEndAsync(cancelled);
            await process.WaitForExitAsync(cancelled);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await error}");
            return new ToolOutput(await output, await error);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed: apt-get install {package}");
            throw;
        }
    }
}
