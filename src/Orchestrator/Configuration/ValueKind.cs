using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// A kind of value that a key takes: how it is read and how a JSON Schema describes it, in one place, so that the two agree.
/// </summary>
/// <typeparam name="T">What it is read as.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>Completes "must be …".</summary>
    public abstract string Expectation { get; }

    /// <summary>Writes the keywords of the value's schema into the object that is open.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);

    /// <summary>Reads the value.</summary>
    /// <param name="value">What was written.</param>
    /// <param name="problem">Why it will not do; null when it does.</param>
    public abstract T? Read(SourceValue value, out string? problem);

    /// <summary>The usual problem: <c>must be a whole number from 1 to 512, not "four"</c>.</summary>
    protected string Mismatch(SourceValue value) => $"must be {Expectation}, not {value.Shown}";
}
