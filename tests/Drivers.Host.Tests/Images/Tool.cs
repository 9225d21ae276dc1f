using System.Diagnostics;

namespace Orchestrator.Drivers.Host.Tests.Images;

/// <summary>Programs of the host.</summary>
internal static class Tool
{
    /// <summary>Runs one that must succeed.</summary>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} exited with code {process.ExitCode}");
    }

    /// <summary>Opens an image with QEMU's <c>qemu-io</c>, locks and all, until this is disposed of.</summary>
    public static Holding Hold(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("qemu-io", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.WriteLine("length");
        Assert.NotNull(process.StandardOutput.ReadLine());
        return new Holding(process);
    }

    /// <summary>A <c>qemu-io</c> that has an image open.</summary>
    public sealed class Holding(Process process) : IDisposable
    {
        public int Pid => process.Id;

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
