using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Processes;

/// <summary>A program to start.</summary>
/// <param name="Program">Absolute path of the executable.</param>
/// <param name="Arguments">What follows the program's name.</param>
/// <param name="Output">Where standard output goes, and standard error unless <see cref="Error"/> says otherwise.</param>
/// <param name="PassedFiles">Further files the program gets, under the descriptor numbers they have in this process.</param>
internal sealed record SpawnRequest(
    string Program,
    IReadOnlyList<string> Arguments,
    SafeFileHandle Output,
    IReadOnlyList<SafeFileHandle> PassedFiles)
{
    /// <summary>Standard input; null: nothing.</summary>
    public SafeFileHandle? Input { get; init; }

    /// <summary>Where standard error goes; null: with standard output.</summary>
    public SafeFileHandle? Error { get; init; }

    /// <summary>Its environment, <c>NAME=value</c>; null: next to nothing, and nothing of ours.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Its working directory.</summary>
    public string Directory { get; init; } = "/";

    /// <summary>Whom it runs as; null: ourselves. It can be another for root only.</summary>
    public ProcessUser? User { get; init; }
}
