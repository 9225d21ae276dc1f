using System.Runtime.InteropServices;

namespace Orchestrator.Linux;

/// <summary><c>struct passwd</c> of pwd.h, as glibc and musl lay it out on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Passwd
{
    /// <summary>Room for the texts of any record.</summary>
    public const int MaxBytes = 64 * 1024;

    public nint Name;
    public nint Password;
    public uint UserId;
    public uint GroupId;
    public nint Gecos;
    public nint Directory;
    public nint Shell;
}

/// <summary><c>struct group</c> of grp.h, likewise.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Group
{
    public nint Name;
    public nint Password;
    public uint GroupId;
    public nint Members;
}
