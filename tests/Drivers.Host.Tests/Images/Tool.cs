using System.Diagnostics;

namespace Orchestrator.Drivers.Host.Tests.Images;

/// <summary>Runs a program of the host, which must succeed.</summary>
internal static class Tool
{
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} exited with code {process.ExitCode}");
    }
}
