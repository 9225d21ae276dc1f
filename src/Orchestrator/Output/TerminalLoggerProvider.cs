using Microsoft.Extensions.Logging;

namespace Orchestrator.Output;

/// <summary>Shows log messages to the person at the terminal: warnings always, more with <c>--verbose</c>.</summary>
internal sealed class TerminalLoggerProvider(Terminal terminal, bool verbose) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new TerminalLogger(terminal, verbose);

    public void Dispose()
    {
    }

    private sealed class TerminalLogger(Terminal terminal, bool verbose) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= (verbose ? LogLevel.Debug : LogLevel.Warning);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var message = formatter(state, exception);
            if (logLevel >= LogLevel.Error)
            {
                terminal.Error(message);
            }
            else if (logLevel == LogLevel.Warning)
            {
                terminal.Warning(message);
            }
            else
            {
                terminal.Notice(message);
            }

            if (exception is not null && verbose)
            {
                terminal.Notice(exception.ToString());
            }
        }
    }
}
