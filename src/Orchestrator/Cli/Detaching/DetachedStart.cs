using System.Collections;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;
using Orchestrator.Output;
using Orchestrator.Signals;

namespace Orchestrator.Cli.Detaching;

/// <summary>
/// Begins a detached run: this program once more, with the same arguments, environment and working directory, in a session of its own, where no terminal's signals reach
/// it. It does what <c>run</c> does, and speaks on our standard error until it is ready (<see cref="DetachedRun"/>).
/// </summary>
internal static class DetachedStart
{
    /// <summary>Returns when it is ready, or over. Signals meanwhile are its.</summary>
    /// <param name="name">The instance's name.</param>
    /// <param name="terminal">Where to speak.</param>
    /// <returns>The exit code: the run's own where it ended before it was ready.</returns>
    /// <exception cref="HostException">There can be no further process; or nobody could be told of the run, which was ended.</exception>
    public static async Task<int> ExecuteAsync(string name, Terminal terminal)
    {
        var (ours, theirs) = Libc.SocketPair();
        using var run = Caller.Open(ours);
        using var process = Spawn(theirs);
        var asked = false;
        using var listening = new EndSignals(
            signal =>
            {
                Volatile.Write(ref asked, true);
                process.Signal(signal);
            },
            StopSignals.OfOthers);
        using var reader = new StreamReader(run);
        if (await reader.ReadLineAsync() is { } line && !Volatile.Read(ref asked))
        {
            try
            {
                terminal.Result(line);
                run.WriteByte(1);
                return ExitCode.Success;
            }
            catch (Exception error) when (error is ReaderGoneException or HostException)
            {
                run.Dispose(); // which is how it learns that nobody knows of it
                await process.Exited;
                throw new HostException(HostProblem.Other, $"{name}: nobody could be told of the run, and it was ended: {error.Message}", error);
            }
            catch (IOException)
            {
                // It ended at that very moment.
            }
        }

        var status = (await process.Exited)!.Value;
        if (status.ExitCode is { } code)
        {
            return code;
        }

        if (!asked)
        {
            terminal.Error($"{name}: the run's process was {status}; 'orchestrator gc' removes what is left of the run");
        }

        return ExitCode.Interrupted(status.Signal!.Value);
    }

    // Of our files it gets standard input, which settings may be read from, and standard error, for as long as we wait.
    private static ObservedProcess Spawn(SafeFileHandle socket)
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        using var error = new SafeFileHandle(2, ownsHandle: false);
        using (socket)
        {
            try
            {
                var directive = string.Create(CultureInfo.InvariantCulture, $"[{Caller.Directive.Name}:{socket.DangerousGetHandle()}]");
                return ObservedProcess.OfChild(ProcessLauncher.Spawn(
                    new SpawnRequest(Environment.ProcessPath!, [directive, .. Environment.GetCommandLineArgs().Skip(1)], error, [socket])
                    {
                        Input = input,
                        Environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}")],
                        Directory = ".",
                    }));
            }
            catch (IOException failure)
            {
                throw new HostException(HostProblem.Other, $"no process can be started for the run: {failure.Message}", failure);
            }
        }
    }
}
