using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A process's memory, as <c>/proc/PID/mem</c> shows it to root (proc(5)).</summary>
public sealed class ProcessMemory(int pid) : IDisposable
{
    private readonly SafeFileHandle _memory = File.OpenHandle($"/proc/{pid}/mem");
    private readonly SafeFileHandle _pages = File.OpenHandle($"/proc/{pid}/pagemap");

    /// <summary>Where there is anything: the pages that are in memory, of all that the process may read itself, adjacent ones together.</summary>
    public IEnumerable<(long From, long To)> Present() => Mappings().SelectMany(mapping => PresentIn(mapping.From, mapping.To));

    /// <summary>Reads a part. The process goes on meanwhile: there are zeros for the pages that it gave back.</summary>
    public byte[] Read(long at, int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            var got = Read(bytes.AsSpan(done), at + done);
            done += got > 0 ? got : Environment.SystemPageSize - (int)((at + done) % Environment.SystemPageSize);
        }

        return bytes;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _pages.Dispose();
    }

    private int Read(Span<byte> bytes, long at)
    {
        try
        {
            return RandomAccess.Read(_memory, bytes, at);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // What the kernel lends it ("[vvar]") cannot be read from outside.
    private IEnumerable<(long From, long To)> Mappings() =>
        from line in File.ReadAllLines($"/proc/{pid}/maps")
        let fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)
        where fields[1].StartsWith('r') && !line.Contains("[v", StringComparison.Ordinal)
        let ends = fields[0].Split('-').Select(end => long.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray()
        select (ends[0], ends[1]);

    private IEnumerable<(long From, long To)> PresentIn(long from, long to)
    {
        // A number of 64 bits for each page; the upper two say whether it is in memory or swapped.
        var entries = new byte[(to - from) / Environment.SystemPageSize * sizeof(ulong)];
        var count = RandomAccess.Read(_pages, entries, from / Environment.SystemPageSize * sizeof(ulong)) / sizeof(ulong);
        var begin = 0;
        for (var page = 0; page <= count; page++)
        {
            if (page < count && MemoryMarshal.Cast<byte, ulong>(entries)[page] >> 62 != 0)
            {
                continue;
            }

            if (page > begin)
            {
                yield return (from + ((long)begin * Environment.SystemPageSize), from + ((long)page * Environment.SystemPageSize));
            }

            begin = page + 1;
        }
    }
}
