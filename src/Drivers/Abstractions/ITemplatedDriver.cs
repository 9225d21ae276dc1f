namespace Orchestrator.Drivers;

/// <summary>A driver that describes its machines by a template, which users may replace.</summary>
public interface ITemplatedDriver
{
    /// <summary>The template that comes with the program, to make another from.</summary>
    string BuiltInTemplate { get; }

    /// <summary>Reads the template that is in force.</summary>
    /// <exception cref="ConfigurationException">It is missing or wrong; the message names line and cause.</exception>
    void CheckTemplate();
}
