using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Linux.Tests.Processes;

/// <summary>What a program that is started gets of us.</summary>
public sealed partial class ProcessLauncherTests
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE of getrlimit(2)
    private const int DuplicateFrom = 0; // F_DUPFD of fcntl(2)

    [Fact]
    public async Task No_file_that_it_was_not_given_also_none_above_a_limit_that_was_lowered_since()
    {
        // As a shell leaves it: `exec 200>lock; ulimit -n 128`.
        const int lowered = 900;
        var path = Path.GetTempFileName();
        using var file = File.OpenHandle(path);
        using var inherited = new SafeFileHandle(DescriptorControl(file, DuplicateFrom, lowered), ownsHandle: true);
        using var passed = Libc.CreateMemoryFile("passed");
        Assert.Equal(0, GetLimit(OpenFiles, out var before));
        Assert.Equal(0, SetLimit(OpenFiles, before with { Soft = lowered }));
        try
        {
            var (status, output) = await ShortProcess.RunAsync(
                "/bin/ls", ["-l", "/proc/self/fd"], [passed], TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

            Assert.Equal(0, status?.ExitCode);
            Assert.DoesNotContain(path, output, StringComparison.Ordinal);
            Assert.Contains("memfd:passed", output, StringComparison.Ordinal);
        }
        finally
        {
            _ = SetLimit(OpenFiles, before);
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(null, "/ of nobody")]
    [InlineData("/usr/lib", "/usr/lib of somebody")]
    public async Task Our_directory_and_variables_only_where_it_is_to_have_some(string? directory, string expected)
    {
        using var output = Libc.CreateMemoryFile("output");
        var request = new SpawnRequest("/bin/sh", ["-c", "echo $PWD of ${WHOSE-nobody}"], output, []);
        using var process = ObservedProcess.OfChild(ProcessLauncher.Spawn(
            directory is null ? request : request with { Directory = directory, Environment = ["WHOSE=somebody"] }));

        Assert.Equal(0, (await process.Exited)?.ExitCode);

        var said = new byte[RandomAccess.GetLength(output)];
        RandomAccess.Read(output, said, 0);
        Assert.Equal(expected + "\n", System.Text.Encoding.UTF8.GetString(said));
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorControl(SafeFileHandle file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(ulong Soft, ulong Hard);
}
