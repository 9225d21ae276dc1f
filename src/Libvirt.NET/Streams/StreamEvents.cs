namespace Libvirt.Streams;

/// <summary><c>virStreamEventType</c>.</summary>
[Flags]
internal enum StreamEvents
{
    None = 0,
    Readable = 1 << 0,
    Writable = 1 << 1,
    Error = 1 << 2,
    HangUp = 1 << 3,
}
