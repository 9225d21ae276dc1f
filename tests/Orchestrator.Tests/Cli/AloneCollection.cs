namespace Orchestrator.Tests.Cli;

/// <summary>Tests that have standard error to themselves.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
