using System.Globalization;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>
/// The one place on a host where an orchestrator keeps anything: <c>runs/</c>, one directory per run; <c>history/</c>, what is left of past
/// ones; <c>leases/</c>, what runs hold elsewhere; <c>images/</c>, base images that were fetched; and <c>cache/</c>, what was measured
/// once. Private to its user (0700), since a guest's disk and console may hold secrets.
/// </summary>
internal sealed class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string LeasesSuffix = ".json";

    private StateDirectory(string root) => Root = root;

    /// <summary>Absolute path of the directory.</summary>
    public string Root { get; }

    /// <summary>Absolute path of the directory that holds the run directories.</summary>
    public string Runs => RunsOf(Root);

    /// <summary>Absolute path of the directory for measurements that hold until the host reboots.</summary>
    public string Cache => CacheOf(Root);

    /// <summary>Absolute path of the directory for base images that were fetched.</summary>
    public string Images => ImagesOf(Root);

    /// <summary>Absolute path of the directory for what runs hold outside their machines.</summary>
    public string Leases => LeasesOf(Root);

    /// <summary>Absolute path of the directory for what is left of past runs.</summary>
    public string History => HistoryOf(Root);

    /// <summary>Absolute path of the unix socket by which other processes command a service.</summary>
    public string ControlSocket => Path.Combine(Root, "control.sock");

    /// <summary>Whose runs these are: the directory itself, by its path without symbolic links, so that all ways to it are one owner.</summary>
    public OwnerId Owner => new(Fingerprint.Of(Libc.RealPath(Root)));

    /// <summary>What is left of past runs.</summary>
    /// <param name="limits">How much.</param>
    /// <param name="files">The files that drivers make in run directories.</param>
    /// <param name="time">The clock.</param>
    public RunHistory HistoryWithin(HistorySettings limits, IReadOnlyList<DriverFile> files, TimeProvider time) => new(History, limits, files, time);

    /// <summary>Absolute path of a run's directory.</summary>
    public string PathOf(VmId run) => Path.Combine(Runs, run.Value);

    /// <summary>Absolute path of the file that says what a run holds outside its machine.</summary>
    public string LeasesOf(VmId run) => Path.Combine(Leases, run.Value + LeasesSuffix);

    /// <summary>Whose file of that kind, or whose draft of one, bears that name.</summary>
    /// <returns>False where it is neither.</returns>
    public static bool TryParseLeases(string name, out VmId run)
    {
        var file = name.EndsWith(PrivateFile.DraftSuffix, StringComparison.Ordinal) ? name[..^PrivateFile.DraftSuffix.Length] : name;
        run = default;
        return file.EndsWith(LeasesSuffix, StringComparison.Ordinal) && VmId.TryParse(file[..^LeasesSuffix.Length], out run);
    }

    /// <summary>The runs directory below a state directory that may not exist yet.</summary>
    public static string RunsOf(string root) => Path.Combine(root, "runs");

    /// <summary>The cache directory below a state directory that may not exist yet.</summary>
    public static string CacheOf(string root) => Path.Combine(root, "cache");

    /// <summary>The directory for images below a state directory that may not exist yet.</summary>
    public static string ImagesOf(string root) => Path.Combine(root, "images");

    private static string HistoryOf(string root) => Path.Combine(root, "history");

    private static string LeasesOf(string root) => Path.Combine(root, "leases");

    /// <summary>Makes the directory where it is missing, and makes sure that it is ours, and ours alone to write.</summary>
    /// <exception cref="HostException">It cannot be made, is another user's, or others can write to it.</exception>
    public static StateDirectory Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            if (Directory.Exists(root))
            {
                RefuseAnotherUsers(root);
                RefuseWritableByOthers(root);
            }

            Directory.CreateDirectory(root, Private);
            Directory.CreateDirectory(RunsOf(root), Private);
            Directory.CreateDirectory(HistoryOf(root), Private);
            Directory.CreateDirectory(CacheOf(root), Private);
            Directory.CreateDirectory(LeasesOf(root), Private);
            Directory.CreateDirectory(ImagesOf(root), Private);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"state directory '{root}'", "name another with --state-dir");
        }

        return new StateDirectory(root);
    }

    /// <summary>Absolute paths of what lies beside the directories named above, in the history and among the leases, and is not of this program.</summary>
    public IEnumerable<string> FindForeign()
    {
        string[] known = [Runs, History, Leases, Cache, Images, ControlSocket, Path.Combine(Root, UpLock.FileName)];
        var past = Directory.Exists(History) ? Directory.EnumerateFileSystemEntries(History) : [];
        return Directory.EnumerateFileSystemEntries(Root).Except(known, StringComparer.Ordinal)
            .Concat(past.Where(path => !VmId.TryParse(Path.GetFileName(path), out _)))
            .Concat(Directory.EnumerateFileSystemEntries(Leases).Where(path => !TryParseLeases(Path.GetFileName(path), out _)))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Makes a run's directory and takes its lock.</summary>
    /// <exception cref="HostException">No room or no permission.</exception>
    public RunDirectory CreateRun(VmId id)
    {
        var path = PathOf(id);
        var taken = Directory.Exists(path);
        try
        {
            return taken ? throw new IOException("another run has it") : RunDirectory.Make(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!taken && Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            throw HostException.OfFile(error, $"run directory '{path}'", "name another state directory with --state-dir");
        }
    }

    // Root could use it; but what root makes in it, whose it is could not.
    private static void RefuseAnotherUsers(string root)
    {
        var owner = Libc.Owner(root).User;
        if (owner != Libc.UserId)
        {
            var name = Libc.UserName(owner) ?? string.Create(CultureInfo.InvariantCulture, $"'#{owner}'");
            throw new HostException(
                HostProblem.PermissionDenied,
                $"state directory '{root}': it is user {name}'s, who could not use what another user makes in it; "
                + $"run this as that user (sudo -u {name} orchestrator ... --state-dir {root}), or name another with --state-dir");
        }
    }

    private static void RefuseWritableByOthers(string root)
    {
        if ((File.GetUnixFileMode(root) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                $"state directory '{root}': other users may write to it, so they could plant files in it; chmod 700 it, or name another with --state-dir");
        }
    }
}
