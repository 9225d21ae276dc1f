namespace Orchestrator.Drivers;

/// <summary>A setting of a driver.</summary>
/// <param name="Name">Its name in the driver's section: <c>run-as</c>.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Expectation">The same for people, completing "must be …": <c>a user's name</c>.</param>
/// <param name="Description">What it means: a sentence without its full stop.</param>
/// <param name="Default">Its value where nobody says; null: none.</param>
public sealed record DriverSetting(string Name, DriverSettingKind Kind, string Expectation, string Description, string? Default = null);

/// <summary>What a <see cref="DriverSetting"/>'s value is.</summary>
public enum DriverSettingKind
{
    /// <summary>Text that is not empty.</summary>
    Text,

    /// <summary>The path of a file, made absolute.</summary>
    Path,

    /// <summary>A program's name, to be looked for in <c>PATH</c>, or its path, made absolute.</summary>
    Program,
}
