using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Linux.Processes;

/// <summary>
/// Starts programs by <c>posix_spawn</c>: in a session of their own (no terminal's Ctrl+C reaches them, and they outlive us), with default signal
/// handling, in <c>/</c> and with a fixed environment unless they are to have others, and exactly the files they are to have. <see cref="System.Diagnostics.Process"/> can
/// pass neither files nor a session.
/// </summary>
internal static unsafe partial class ProcessLauncher
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Larger than any libc's posix_spawnattr_t (336 bytes), posix_spawn_file_actions_t (80) and sigset_t (128).
    private const int OpaqueBytes = 512;

    private const int ThreadStackBytes = 256 * 1024;

    private static readonly string[] ChildEnvironment =
        ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"];

    /// <summary>Starts a program.</summary>
    /// <returns>Its pid; it is a child of ours that somebody must collect: <see cref="ObservedProcess"/>.</returns>
    /// <exception cref="IOException">It could not be executed, or not as its user; <see cref="Exception.HResult"/> is the errno.</exception>
    public static int Spawn(SpawnRequest request)
    {
        if (request.User is null)
        {
            return SpawnOnThisThread(request);
        }

        // A child has the user of the thread that starts it, and this one has nothing else to do.
        var pid = 0;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    pid = SpawnOnThisThread(request);
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            ThreadStackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return pid;
    }

    private static int SpawnOnThisThread(SpawnRequest request)
    {
        using var nothing = Libc.Open("/dev/null", Libc.ReadOnly);
        using var arguments = new NativeStrings([request.Program, .. request.Arguments]);
        using var environment = new NativeStrings([.. request.Environment ?? ChildEnvironment]);
        using var uses = new HandleUses([request.Input ?? nothing, request.Output, request.Error ?? request.Output, .. request.PassedFiles]);
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        var signals = stackalloc byte[OpaqueBytes];
        Check(InitialiseActions(actions), "posix_spawn_file_actions_init");
        Check(InitialiseAttributes(attributes), "posix_spawnattr_init");
        try
        {
            Check(SetFlags(attributes, SetSession | SetSignalMask | SetSignalDefaults), "posix_spawnattr_setflags");
            Check(EmptySignals(signals), "sigemptyset");
            Check(SetMask(attributes, signals), "posix_spawnattr_setsigmask");
            Check(FillSignals(signals), "sigfillset");
            Check(SetDefaults(attributes, signals), "posix_spawnattr_setsigdefault");

            Check(ChangeDirectory(actions, request.Directory), "posix_spawn_file_actions_addchdir_np");
            Duplicate(actions, uses.Descriptors[0], 0);
            Duplicate(actions, uses.Descriptors[1], 1);
            Duplicate(actions, uses.Descriptors[2], 2);
            foreach (var descriptor in uses.Descriptors[3..])
            {
                // Onto itself: that is how posix_spawn is told to let a close-on-exec file through, under the number it has here.
                Duplicate(actions, descriptor, descriptor);
            }

            CloseInheritedOnExec();
            request.User?.BecomeOnThisThread();
            int pid;
            var error = PosixSpawn(&pid, request.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            return error == 0 ? pid : throw new IOException($"{request.Program}: {Libc.Describe(error)}", error);
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    // Files of ours are close-on-exec, but whoever started us may have left some open that are not: a shell's `flock 9>lock`, a
    // make's job server. A machine that outlives us must not hold those. Not by actions of posix_spawn: they refuse a descriptor above
    // RLIMIT_NOFILE, which may have been lowered since it was opened.
    private static void CloseInheritedOnExec()
    {
        const int setDescriptorFlags = 2; // F_SETFD of fcntl(2)
        const int closeOnExec = 1;
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var descriptor = int.Parse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture);
            if (descriptor > 2)
            {
                _ = DescriptorControl(descriptor, setDescriptorFlags, closeOnExec); // it fails for one that another thread closed meanwhile
            }
        }
    }

    private static void Duplicate(byte* actions, int from, int to) =>
        Check(AddDuplicate(actions, from, to), "posix_spawn_file_actions_adddup2");

    private static void Check(int error, string function)
    {
        if (error != 0)
        {
            throw new IOException($"{function}: {Libc.Describe(error)}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitialiseActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorControl(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitialiseAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSignals(byte* signals);

    /// <summary>A null-terminated array of null-terminated strings, as <c>argv</c> is.</summary>
    private readonly ref struct NativeStrings
    {
        private readonly nint _block;

        public NativeStrings(string[] strings)
        {
            var pointers = (strings.Length + 1) * sizeof(byte*);
            var length = pointers + strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
            _block = Marshal.AllocHGlobal(length);
            var block = new Span<byte>((void*)_block, length);
            block.Clear();
            var offset = pointers;
            for (var index = 0; index < strings.Length; index++)
            {
                Pointer[index] = (byte*)_block + offset;
                offset += Encoding.UTF8.GetBytes(strings[index], block[offset..]) + 1;
            }
        }

        public byte** Pointer => (byte**)_block;

        public void Dispose() => Marshal.FreeHGlobal(_block);
    }

    /// <summary>Holds several handles open while their descriptors are used as numbers.</summary>
    private readonly ref struct HandleUses
    {
        private readonly SafeHandle[] _handles;

        public HandleUses(SafeHandle[] handles)
        {
            _handles = handles;
            Descriptors = new int[handles.Length];
            for (var index = 0; index < handles.Length; index++)
            {
                var added = false;
                handles[index].DangerousAddRef(ref added);
                Descriptors[index] = (int)handles[index].DangerousGetHandle();
            }
        }

        public int[] Descriptors { get; }

        public void Dispose()
        {
            foreach (var handle in _handles)
            {
                handle.DangerousRelease();
            }
        }
    }
}
