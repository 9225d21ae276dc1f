using System.Net;

namespace Orchestrator.Configuration;

/// <summary>How GitHub is reached.</summary>
public sealed record GitHubSettings
{
    /// <summary>The address of GitHub's REST API, as the user gave it.</summary>
    public Uri ApiUrl { get; init; } = new("https://api.github.com");

    /// <summary>What we identify ourselves with.</summary>
    public GitHubCredentials Credentials { get; init; } = new(fromEnvironment: null, file: null);

    /// <summary>What names the proxy.</summary>
    public ProxyVariables Proxies { get; init; } = ProxyVariables.None;
}

/// <summary>Settings of <c>orchestrator up</c>.</summary>
public sealed record UpSettings
{
    /// <summary>How much memory instances may ask, all together, as a share of what the host has.</summary>
    public decimal MemoryOvercommit { get; init; } = 1;

    /// <summary>How much their overlays may grow to, as a share of the file system with the state directory.</summary>
    public decimal DiskOvercommit { get; init; } = 1;

    /// <summary>What becomes of the machines when the service is asked to end.</summary>
    internal DrainMode Drain { get; init; } = DrainMode.PowerDown;

    /// <summary>How long guests may take to finish their jobs where they are let.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A run that ends sooner after its guest's start is followed by a pause.</summary>
    public TimeSpan TooSoon { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where metrics and health are told; null: nowhere.</summary>
    public EndPoint? Listen { get; init; }

    /// <summary>Names under which it may be asked there, beside IP addresses, <c>localhost</c> and the host's own name.</summary>
    public IReadOnlyList<string> ListenNames { get; init; } = [];
}

/// <summary>What becomes of the machines when the service is to end.</summary>
internal enum DrainMode
{
    /// <summary>Guests are asked to power down, and killed when their grace is over.</summary>
    PowerDown,

    /// <summary>Guests that have a job may finish it, until a deadline; the others are asked to power down.</summary>
    Finish,

    /// <summary>Machines go on, and the next service adopts them.</summary>
    Leave,
}

/// <summary>How much is kept of past runs. Whatever goes past any of the bounds goes, the oldest first.</summary>
public sealed record HistorySettings
{
    /// <summary>How many runs that ended well, and how many that did not.</summary>
    public int MaxRuns { get; init; } = 200;

    /// <summary>For how long.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many bytes.</summary>
    public long MaxBytes { get; init; } = 512L << 20;
}
