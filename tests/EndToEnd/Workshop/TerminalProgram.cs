using System.Diagnostics;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A program on a terminal of its own, which is also its controlling terminal: Ctrl+C means there what it means to a person.</summary>
public sealed class TerminalProgram : IDisposable
{
    private readonly PseudoTerminal _terminal = new();
    private readonly Process _process;
    private readonly int _columns;
    private bool _disposed;

    /// <param name="start">The program; its first argument and what follows.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public TerminalProgram(ProcessStartInfo start, int columns)
    {
        _columns = columns;
        Stty("cols", $"{columns}", "rows", "24");
        Before = Settings;

        // The shell opens the terminal, setsid(1) makes it the controlling one, and each becomes the next: the pid stays.
        string[] arguments = ["-c", "terminal=$1; shift; exec setsid --ctty \"$@\" <>\"$terminal\" >&0 2>&0", "sh", _terminal.Path, start.FileName, .. start.ArgumentList];
        var shell = new ProcessStartInfo("/bin/sh", arguments) { WorkingDirectory = start.WorkingDirectory };
        shell.Environment.Clear();
        foreach (var (variable, value) in start.Environment)
        {
            shell.Environment[variable] = value;
        }

        shell.Environment["TERM"] = "xterm-256color";
        _process = Process.Start(shell)!;
    }

    /// <summary>The terminal's settings (stty -a) before the program.</summary>
    public string Before { get; }

    /// <summary>The terminal's settings now.</summary>
    public string Settings => Stty("-a");

    /// <summary>What a person sees.</summary>
    public TerminalScreen Screen => TerminalScreen.After(_terminal.Capture.Text, _columns);

    /// <summary>Types.</summary>
    public void Type(string keys) => _terminal.Type(keys);

    /// <summary>What service managers send.</summary>
    public void Terminate() => ProcessControl.Send(_process.Id, ProcessControl.Terminate);

    /// <summary>Waits until something was written to the terminal.</summary>
    public Task SeesAsync(string text) => UntilAsync($"see '{text}'", () => _terminal.Capture.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until the screen looks a certain way.</summary>
    public Task ShowsAsync(string what, Func<TerminalScreen, bool> looks) => UntilAsync(what, () => looks(Screen));

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var deadline = ProcessControl.Deadline();
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"still running after {ProcessControl.Patience}\n{_terminal.Capture.Text}");
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        ProcessControl.EndAll(_process);
        _terminal.Dispose();
    }

    private async Task UntilAsync(string what, Func<bool> condition)
    {
        using var deadline = ProcessControl.Deadline();
        while (true)
        {
            var news = _terminal.Capture.News;
            if (condition())
            {
                return;
            }

            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"did not {what} within {ProcessControl.Patience}\n{_terminal.Capture.Text}");
            }
        }
    }

    private string Stty(params string[] arguments)
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", ["-F", _terminal.Path, .. arguments]) { RedirectStandardOutput = true })!;
        var said = stty.StandardOutput.ReadToEnd();
        stty.WaitForExit();
        Assert.Equal(0, stty.ExitCode);
        return said;
    }
}
