using Orchestrator.Configuration;
using Orchestrator.Images;
using Orchestrator.Output;
using Spectre.Console;

namespace Orchestrator.Cli;

/// <summary>Shows a person how an image is fetched: on a terminal a bar, elsewhere lines. On standard error, as all that is no result.</summary>
internal static class FetchProgress
{
    /// <summary>Shows it while it is being fetched.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="terminal">Where lines go.</param>
    /// <param name="fetch">Fetches it.</param>
    public static async Task<CachedImage> ShowAsync(string name, Terminal terminal, Func<IFetchObserver, Task<CachedImage>> fetch)
    {
        if (Console.IsErrorRedirected)
        {
            return await fetch(new Lines(name, terminal));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Profile.Capabilities.Ansi
            ? await console.Progress()
                .AutoClear(true)
                .Columns(
                    new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(context => fetch(new Bars(name, console, context)))
            : await fetch(new Lines(name, terminal));
    }

    private sealed class Lines(string name, Terminal terminal) : IFetchObserver
    {
        // What takes no longer than a line to read needs none for its parts.
        private const long WorthTenths = 256 << 20;

        private string _what = "";
        private long _tenth;

        public void Notice(string line) => terminal.Notice(line);

        public void Progress(string what, long done, long? total)
        {
            var tenth = total is >= WorthTenths and var all ? done * 10 / all : 0;
            if (what == _what && tenth <= _tenth)
            {
                return;
            }

            (_what, _tenth) = (what, tenth);
            terminal.Notice($"{name}: {what}{(total is { } bytes ? $" {new ByteSize(bytes)}" : "")}{(tenth > 0 ? $": {tenth}0 %" : "")}");
        }
    }

    private sealed class Bars(string name, IAnsiConsole console, ProgressContext context) : IFetchObserver
    {
        private ProgressTask? _task;
        private string _what = "";

        public void Notice(string line) => console.Write(new Text(line + '\n'));

        public void Progress(string what, long done, long? total)
        {
            if (what != _what)
            {
                _task?.StopTask();
                _what = what;
                _task = context.AddTask(Markup.Escape($"{name}: {what}"));
            }

            _task!.IsIndeterminate = total is null;
            _task.MaxValue = total ?? Math.Max(done, 1);
            _task.Value = done;
        }
    }
}
