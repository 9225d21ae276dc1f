using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Output;

namespace Orchestrator.Tests.Output;

public sealed class StandardStreamTests
{
    [Fact]
    public void A_reader_that_has_gone_is_noticed_by_a_write_and_without_one()
    {
        using var pipe = new BrokenPipe();

        Assert.Throws<ReaderGoneException>(() => pipe.Stream.Write("text"u8));
        var gone = Assert.Throws<ReaderGoneException>(pipe.Stream.Flush);

        Assert.Equal("whoever read the pipe has gone", gone.Message);
    }

    [Fact]
    public async Task More_than_a_pipe_holds_is_written_as_it_is_read()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle);
        var stream = Over(new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false));
        var text = new byte[1 << 20];
        Random.Shared.NextBytes(text);

        var writing = stream.WriteAsync(text, TestContext.Current.CancellationToken).AsTask();
        var read = new byte[text.Length];
        await reader.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        await writing;
        stream.Flush();

        Assert.Equal(text, read);
    }

    [Fact]
    public void A_full_disk_is_said_in_the_hosts_words()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        var failure = Assert.Throws<IOException>(() => Over(full).Write("text"u8));

        Assert.Equal("No space left on device", failure.Message);
    }

    private static StandardStream Over(SafeFileHandle descriptor) => new(descriptor, "the file");
}
