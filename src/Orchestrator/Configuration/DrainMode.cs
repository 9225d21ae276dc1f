namespace Orchestrator.Configuration;

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
