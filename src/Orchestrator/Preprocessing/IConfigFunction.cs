using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Preprocessing;

/// <summary>
/// A function that a config may call as <c>${{ name:argument }}</c>. Thread-safe. To add one, implement this and list it in
/// <see cref="Preprocessor.ForHost"/>.
/// </summary>
public interface IConfigFunction
{
    /// <summary>The name: small letters, digits and hyphens.</summary>
    string Name { get; }

    /// <summary>How it is called, for messages: <c>env:NAME</c>.</summary>
    string Usage { get; }

    /// <summary>What its value is, a phrase for a person.</summary>
    string Summary { get; }

    /// <summary>Judges a call as it is written: the argument's form. The same on every host.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    string? Validate(string argument);

    /// <summary>The file of this host that a call hands over. The argument was validated.</summary>
    /// <returns>Its absolute path; null where there is none.</returns>
    string? FileOf(string argument) => null;

    /// <summary>Looks for what a call needs of this process, credentials for example, without leaving it. The argument was validated.</summary>
    /// <returns>What is missing and the remedy; null when nothing is.</returns>
    string? FindObstacle(string argument);

    /// <summary>Finds out whether <see cref="EvaluateAsync"/> has a chance, without changing anything anywhere. The argument was validated.</summary>
    /// <exception cref="HostException">It has not.</exception>
    Task CheckAsync(string argument, CancellationToken cancellationToken);

    /// <summary>The value that takes the call's place. The argument was validated.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="run">The run that it is called for; whatever is acquired for it elsewhere is acquired through it.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <exception cref="HostException">There is none.</exception>
    Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken);
}
