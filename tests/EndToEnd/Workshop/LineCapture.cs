using System.Buffers;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Keeps everything a stream says, and wakes whoever waits for a line of it.</summary>
public sealed class LineCapture
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private TaskCompletionSource _news = NewSource();
    private bool _over;

    public LineCapture(Stream stream) => Completion = ReadAsync(stream);

    /// <summary>Completes at the stream's end.</summary>
    public Task Completion { get; }

    /// <summary>Completes when more was said than when it was asked for.</summary>
    public Task News
    {
        get
        {
            lock (_lock)
            {
                return _news.Task;
            }
        }
    }

    /// <summary>What was said so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_bytes.WrittenSpan);
            }
        }
    }

    /// <summary>The lines so far; a guest's carriage returns are not part of them.</summary>
    public IReadOnlyList<string> Lines => Split(Text);

    /// <summary>The lines of a text, empty ones left out.</summary>
    public static IReadOnlyList<string> Split(string text) =>
        text.Split('\n').Select(line => line.Trim('\r')).Where(line => line.Length > 0).ToList();

    /// <summary>The first whole line that contains a text, or the second and so on, now or later.</summary>
    /// <returns>The line, or null when the stream ended without it.</returns>
    public async Task<string?> WaitAsync(string text, int occurrence, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            string whole;
            lock (_lock)
            {
                news = _over ? Task.CompletedTask : _news.Task;
                whole = _over ? Text : Text[..(Text.LastIndexOf('\n') + 1)];
            }

            if (Split(whole).Where(line => line.Contains(text, StringComparison.Ordinal)).ElementAtOrDefault(occurrence - 1) is { } found)
            {
                return found;
            }

            if (news.IsCompleted && _over)
            {
                return null;
            }

            await news.WaitAsync(cancellationToken);
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[16384];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
            {
                Tell(() => _bytes.Write(buffer.AsSpan(0, count)));
            }
        }
        catch (IOException)
        {
            // How a terminal ends that nobody has open any more (EIO).
        }
        finally
        {
            Tell(() => _over = true);
        }
    }

    private void Tell(Action change)
    {
        TaskCompletionSource told;
        lock (_lock)
        {
            change();
            told = _news;
            _news = NewSource();
        }

        told.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
