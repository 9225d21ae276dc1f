using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Events;
using Libvirt.Interop;

namespace Libvirt;

/// <summary>The libvirt library in this process. Nothing of it is loaded before the first use.</summary>
public static unsafe class LibvirtLibrary
{
    /// <summary>The oldest library these bindings work with; what is newer is asked for where it is used.</summary>
    public static readonly Version MinimumVersion = new(1, 2, 8);

    private static readonly Lazy<LibvirtAvailability> Initialized = new(Initialize, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>
    /// Loads and initializes the library (<c>virInitialize</c>, <c>virGetVersion</c>), once per process, and says whether it can be used.
    /// Never throws.
    /// </summary>
    public static LibvirtAvailability Probe() => Initialized.Value;

    /// <summary>The version of the library in this process (<c>virGetVersion</c>); a daemon may have another.</summary>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.LibraryUnavailable"/>.</exception>
    public static Version Version
    {
        get
        {
            EnsureAvailable();
            return Probe().Version!;
        }
    }

    internal static void EnsureAvailable()
    {
        if (Probe().Problem is { } problem)
        {
            throw LibvirtException.Unavailable(LibvirtErrorCode.LibraryUnavailable, problem);
        }
    }

    /// <summary>Refuses what the library in this process is too old for, before a missing entry point would.</summary>
    internal static void Require(Version needed, string what) => Require(needed, what, Version);

    internal static void Require(Version needed, string what, Version present)
    {
        if (present < needed)
        {
            throw LibvirtException.Unavailable(
                LibvirtErrorCode.LibraryTooOld, $"{what} needs libvirt {needed} or newer; this machine has {present}: upgrade libvirt");
        }
    }

    internal static Version ToVersion(ulong number) =>
        new((int)(number / 1_000_000), (int)(number / 1000 % 1000), (int)(number % 1000));

    /// <summary>Tries to load a library by its file name; null if that worked, and one line saying why if not.</summary>
    internal static string? FindLoadProblem(string fileName)
    {
        try
        {
            NativeLibrary.Load(fileName);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            // The loader's message is a list of every path it tried; the file's own name has the reason that matters.
            var reason = exception.Message.Split('\n').FirstOrDefault(line => line.StartsWith(fileName + ':', StringComparison.Ordinal));
            return (reason?.Trim() ?? $"{fileName} was not found")
                + ": install libvirt's client library (Debian: libvirt0, Fedora: libvirt-libs)";
        }
    }

    private static LibvirtAvailability Initialize()
    {
        if (FindLoadProblem(NativeMethods.Library) is { } problem)
        {
            return new LibvirtAvailability(null, problem);
        }

        try
        {
            return InitializeLoaded();
        }
        catch (EntryPointNotFoundException exception)
        {
            return new LibvirtAvailability(null, $"{NativeMethods.Library} is no libvirt of at least {MinimumVersion}: {exception.Message}");
        }
    }

    private static LibvirtAvailability InitializeLoaded()
    {
        // Before anything can fail: libvirt's own handler prints to stderr, which is not ours to write to.
        NativeMethods.virSetErrorFunc(0, &IgnoreError);
        if (NativeMethods.virInitialize() < 0)
        {
            return new LibvirtAvailability(null, $"libvirt cannot be initialized: {NativeErrors.Last().Message}");
        }

        CULong number;
        if (NativeMethods.virGetVersion(&number, null, null) < 0)
        {
            return new LibvirtAvailability(null, $"libvirt does not tell its version: {NativeErrors.Last().Message}");
        }

        var version = ToVersion(number.Value);
        if (version < MinimumVersion)
        {
            return new LibvirtAvailability(null, $"libvirt {version} is too old: upgrade it to {MinimumVersion} or newer");
        }

        // A connection learns of its events only if the loop is there before it is opened.
        return EventLoop.Start() is { } cause
            ? new LibvirtAvailability(null, $"libvirt's event loop cannot be started: {cause.Message}")
            : new LibvirtAvailability(version, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IgnoreError(nint userData, NativeError* error)
    {
        // Whoever called gets the error as an exception.
    }
}
