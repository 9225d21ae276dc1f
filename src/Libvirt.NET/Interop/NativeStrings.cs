using System.Runtime.InteropServices;

namespace Libvirt.Interop;

/// <summary>Strings that libvirt hands out: UTF-8, and either the caller's to free or somebody else's.</summary>
internal static unsafe class NativeStrings
{
    /// <summary>Copies a string and frees the original with <c>free</c>; null is a failure, thrown as its error.</summary>
    public static string Take(byte* owned) => TakeOrNull(owned) ?? throw NativeErrors.Last();

    /// <summary>Copies a string and frees the original with <c>free</c>.</summary>
    public static string? TakeOrNull(byte* owned)
    {
        if (owned is null)
        {
            return null;
        }

        try
        {
            return Read(owned);
        }
        finally
        {
            // On Unix this is the C library's free, with which libvirt wants its strings back.
            NativeMemory.Free(owned);
        }
    }

    /// <summary>Copies a string that stays libvirt's.</summary>
    public static string? Read(byte* borrowed) => Marshal.PtrToStringUTF8((nint)borrowed);
}
