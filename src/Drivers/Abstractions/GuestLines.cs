namespace Orchestrator.Drivers;

/// <summary>
/// Takes what a guest writes to its port apart into lines, and turns these into events: what every driver does with it, before anything of it is queued. A guest may write
/// what it likes and as fast as it can: a line is heard up to <see cref="LongestLine"/> bytes, and no more lines than <see cref="AtOnce"/> at once and one a second. Not
/// thread-safe.
/// </summary>
/// <param name="publish">Gets the events.</param>
/// <param name="time">The clock.</param>
public sealed class GuestLines(Action<VmEvent> publish, TimeProvider time)
{
    /// <summary>The longest line that is heard, in bytes without its end.</summary>
    public const int LongestLine = 4096;

    /// <summary>How many lines are heard of a guest that was quiet before.</summary>
    public const int AtOnce = 50;

    private readonly byte[] _line = new byte[LongestLine];
    private int _length;
    private bool _tooLong;
    private double _credit = AtOnce;
    private long _counted = time.GetTimestamp();
    private long _unheard;

    /// <summary>The guest has written this.</summary>
    /// <returns>False where some of it was not heard: whoever reads may take its time over the next.</returns>
    public bool Hear(ReadOnlySpan<byte> bytes)
    {
        var unheard = _unheard;
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Add(bytes[..end]);
            EndLine();
            bytes = bytes[(end + 1)..];
        }

        Add(bytes);
        return unheard == _unheard && !_tooLong;
    }

    /// <summary>No more comes: tells how many lines were not heard, if there were any.</summary>
    public void End()
    {
        if (_unheard > 1)
        {
            publish(new VmEvent.GuestUnheard(_unheard));
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (!_tooLong && bytes.Length <= LongestLine - _length)
        {
            bytes.CopyTo(_line.AsSpan(_length));
            _length += bytes.Length;
        }
        else if (!_tooLong)
        {
            _tooLong = true; // counted where it becomes so: it may have no end
            Miss();
        }
    }

    private void EndLine()
    {
        if (!_tooLong && !TakeCredit())
        {
            Miss();
        }
        else if (!_tooLong && GuestReport.Parse(_line.AsSpan(0, _length)) is { } report)
        {
            publish(new VmEvent.GuestSaid(report));
        }

        (_length, _tooLong) = (0, false);
    }

    private void Miss()
    {
        _unheard++;
        if (_unheard == 1)
        {
            publish(new VmEvent.GuestUnheard(1));
        }
    }

    // What makes no sense costs as much as what does, or else it would be free to make us look at it.
    private bool TakeCredit()
    {
        var now = time.GetTimestamp();
        _credit = Math.Min(AtOnce, _credit + time.GetElapsedTime(_counted, now).TotalSeconds);
        _counted = now;
        if (_credit < 1)
        {
            return false;
        }

        _credit--;
        return true;
    }
}
