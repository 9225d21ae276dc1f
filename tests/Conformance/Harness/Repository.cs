namespace Orchestrator.Conformance.Harness;

/// <summary>The repository that these tests run in.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>A path below the repository's root.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Orchestrator.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return directory.FullName;
    }
}
