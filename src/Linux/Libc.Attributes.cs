using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <content>Who owns a file, and its extended attributes.</content>
internal static unsafe partial class Libc
{
    public const int NotSupported = 95;

    private const int NoAttribute = 61;
    private const int StatxUserOffset = 20;
    private const int StatxGroupOffset = 24;

    /// <summary>The user this process acts as.</summary>
    public static uint UserId => GetEffectiveUserId();

    /// <summary>A user's name; null where the number has none.</summary>
    public static string? UserName(uint user)
    {
        var buffer = new byte[Passwd.MaxBytes];
        fixed (byte* pointer = buffer)
        {
            Passwd record;
            Passwd* found;
            return GetUserByNumber(user, &record, pointer, (nuint)buffer.Length, &found) == 0 && found is not null
                ? Marshal.PtrToStringUTF8(record.Name)
                : null;
        }
    }

    /// <summary>Whether a group is this user's own, as useradd makes it: of the same name and without another member. Root's never is: system accounts are in it.</summary>
    public static bool IsOwnGroup(uint group)
    {
        var buffer = new byte[Passwd.MaxBytes];
        fixed (byte* pointer = buffer)
        {
            Group record;
            Group* found;
            var name = UserId == 0 ? null : UserName(UserId);
            if (name is null || GetGroupByNumber(group, &record, pointer, (nuint)buffer.Length, &found) != 0 || found is null)
            {
                return false;
            }

            var isOwn = Marshal.PtrToStringUTF8(record.Name) == name;
            for (var member = (nint*)record.Members; *member != 0; member++)
            {
                isOwn &= Marshal.PtrToStringUTF8(*member) == name;
            }

            return isOwn;
        }
    }

    /// <summary>A file's mode bits (type included), owner and group, by path.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static (int Mode, uint User, uint Group) Owner(string path, bool followLink = true)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, followLink ? 0 : AtSymlinkNoFollow, StatxBasicStats, buffer) == 0 ? ReadOwner(buffer) : throw Failure(path);
    }

    /// <summary>The same of an open file.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static (int Mode, uint User, uint Group) Owner(SafeFileHandle file, string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(file, string.Empty, AtEmptyPath, StatxBasicStats, buffer) == 0 ? ReadOwner(buffer) : throw Failure(path);
    }

    /// <summary>An extended attribute (getxattr(2)); null where the file has none, or its file system knows none.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static byte[]? GetAttribute(string path, string name)
    {
        const int most = 4096;
        var buffer = stackalloc byte[most];
        var length = GetXattr(path, name, buffer, most);
        if (length >= 0)
        {
            return new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
        }

        return Marshal.GetLastPInvokeError() is NoAttribute or NotSupported ? null : throw Failure(path);
    }

    /// <summary>Sets an extended attribute (setxattr(2)).</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static void SetAttribute(string path, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
        {
            if (SetXattr(path, name, bytes, (nuint)value.Length, 0) != 0)
            {
                throw Failure(path);
            }
        }
    }

    private static (int Mode, uint User, uint Group) ReadOwner(byte* statx) =>
        (*(ushort*)(statx + StatxModeOffset), *(uint*)(statx + StatxUserOffset), *(uint*)(statx + StatxGroupOffset));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetUserByNumber(uint user, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport("libc", EntryPoint = "getgrgid_r")]
    private static partial int GetGroupByNumber(uint group, Group* record, byte* buffer, nuint length, Group** found);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetXattr(string path, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "setxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetXattr(string path, string name, byte* value, nuint size, int flags);
}
