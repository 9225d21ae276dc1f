namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What <c>./test</c> builds before it runs these tests: the program as it is shipped, and the guest.</summary>
public static class Artifacts
{
    /// <summary>The native program.</summary>
    public static string Program => Find("artifacts/orchestrator");

    /// <summary>The guest's base image.</summary>
    public static string Image => Find("artifacts/images/tiny-x86_64.qcow2");

    /// <summary>The base image of a guest that mounts what the host shares.</summary>
    public static string SharingImage => Find("artifacts/images/tiny-9p-x86_64.qcow2");

    /// <summary>The same guest's for aarch64.</summary>
    public static string ForeignImage => Find("artifacts/images/tiny-aarch64.qcow2");

    /// <summary>The base image of a Debian with systemd, which only <c>images/systemd/try</c> builds.</summary>
    public static string SystemdImage => Find("artifacts/images/systemd-x86_64.qcow2");

    /// <summary>The base image of a Debian that cloud-init sets up, likewise.</summary>
    public static string CloudInitImage => Find("artifacts/images/cloud-init-x86_64.qcow2");

    /// <summary>The base image of <c>images/debian</c> with the runner that stands in for GitHub's, which only <c>images/debian/rehearse</c> builds.</summary>
    public static string DebianImage => Find("artifacts/images/rehearsal-x86_64.qcow2");

    /// <summary>The base image of <c>images/debian</c> without a runner, for aarch64, which only <c>images/debian/rehearse aarch64</c> builds.</summary>
    public static string ForeignDebianImage => Find("artifacts/images/debian-plain-aarch64.qcow2");

    /// <summary>A file that is shipped with the program.</summary>
    public static string Packaged(string name) => Find(Path.Combine("packaging", name));

    private static string Find(string name)
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Orchestrator.sln")))
            {
                var path = Path.Combine(directory, name);
                return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run what builds it, ./test, images/systemd/try or images/debian/rehearse");
            }
        }

        throw new DirectoryNotFoundException($"no Orchestrator.sln above {AppContext.BaseDirectory}: run ./test in the repository");
    }
}
