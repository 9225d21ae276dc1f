using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Output;

namespace Orchestrator.Tests.Output;

/// <summary>A pipe as a shell makes it for standard output, whose reader has gone.</summary>
internal sealed class BrokenPipe : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);

    public BrokenPipe()
    {
        Stream = new StandardStream(new SafeFileHandle(_pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), "the pipe");
        new AnonymousPipeClientStream(PipeDirection.In, _pipe.ClientSafePipeHandle).Dispose();
    }

    /// <summary>Its writing end.</summary>
    public StandardStream Stream { get; }

    public void Dispose() => _pipe.Dispose();
}
