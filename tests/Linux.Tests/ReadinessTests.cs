using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Tests;

public sealed class ReadinessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_and_the_end_make_it_readable_each_time_anew()
    {
        using var pipe = new Pipe();
        for (var round = 0; round < 3; round++)
        {
            var waiting = Readiness.WaitAsync(pipe.Reader, Token);
            Assert.False(waiting.IsCompleted);
            pipe.Write(1);
            await waiting.WaitAsync(TimeSpan.FromSeconds(30), Token);
            Assert.Equal(1, pipe.Read());
            Assert.Null(pipe.Read());
        }

        var ending = Readiness.WaitAsync(pipe.Reader, Token);
        pipe.Close();
        await ending.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(0, pipe.Read());
    }

    [Fact]
    public async Task Far_more_than_are_told_at_once_are_waited_for_without_a_thread_each()
    {
        var threads = Directory.GetFileSystemEntries("/proc/self/task").Length;
        var pipes = Enumerable.Range(0, 300).Select(_ => new Pipe()).ToList();
        try
        {
            var waits = pipes.Select(pipe => Readiness.WaitAsync(pipe.Reader, Token)).ToList();
            Assert.InRange(Directory.GetFileSystemEntries("/proc/self/task").Length, 1, threads + 50); // other tests have some
            Assert.All(waits, wait => Assert.False(wait.IsCompleted));

            pipes.ForEach(pipe => pipe.Write(1));

            await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(30), Token);
        }
        finally
        {
            pipes.ForEach(pipe => pipe.Dispose());
        }
    }

    [Fact]
    public async Task Who_waits_no_more_lets_the_descriptor_go_and_another_may_wait_for_it()
    {
        using var pipe = new Pipe();
        using var stop = new CancellationTokenSource();
        var waiting = Readiness.WaitAsync(pipe.Reader, stop.Token);
        pipe.Reader.Dispose();
        Assert.False(pipe.Reader.IsInvalid);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Readiness.WaitAsync(pipe.Reader, Token));

        using var another = new Pipe();
        using var again = new CancellationTokenSource();
        var first = Readiness.WaitAsync(another.Reader, again.Token);
        await again.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = Readiness.WaitAsync(another.Reader, Token);
        another.Write(1);
        await second.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task What_cannot_be_waited_for_is_an_error()
    {
        using var file = File.OpenHandle("/proc/self/exe");

        await Assert.ThrowsAsync<IOException>(() => Readiness.WaitAsync(file, Token));
    }

    private sealed class Pipe : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-test-");
        private readonly SafeFileHandle _writer;

        public Pipe()
        {
            var path = Path.Combine(_directory.FullName, "fifo");
            Libc.MakeFifo(path, Libc.OwnerReadsAndWrites);
            Reader = Libc.Open(path, Libc.ReadOnly | Libc.NonBlocking);
            _writer = Libc.Open(path, Libc.WriteOnly);
        }

        public SafeFileHandle Reader { get; }

        public void Write(byte value) => Libc.WriteAll(_writer, [value]);

        public int? Read() => Libc.ReadAvailable(Reader, new byte[8]);

        public void Close() => _writer.Dispose();

        public void Dispose()
        {
            Reader.Dispose();
            _writer.Dispose();
            _directory.Delete(recursive: true);
        }
    }
}
