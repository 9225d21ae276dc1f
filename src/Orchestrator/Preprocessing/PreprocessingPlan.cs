using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Preprocessing;

/// <summary>The calls of one config, known to be well-formed. Equal calls are made once and share their value.</summary>
public sealed class PreprocessingPlan
{
    /// <summary>The key of a config that says what a runner needs, where the instance says which runner it is.</summary>
    internal const string RunnerKey = "github";

    private readonly JsonElement _config;
    private readonly JsonElement? _cloudInit;
    private readonly JitRunner? _runner;

    internal PreprocessingPlan(
        Instance instance,
        IReadOnlyDictionary<ConfigCall, IConfigFunction> calls,
        IReadOnlyList<string> warnings,
        IReadOnlyList<string> obstacles)
    {
        _config = instance.Config;
        _cloudInit = instance.CloudInit;
        _runner = instance.Runner;
        Calls = calls;
        Warnings = warnings;
        Obstacles = obstacles;
    }

    /// <summary>The call that registers a runner.</summary>
    internal static ConfigCall CallOf(JitRunner runner) => new(GhaJitConfigFunction.FunctionName, runner.ToString());

    /// <summary>The calls, each with the function that is called.</summary>
    internal IReadOnlyDictionary<ConfigCall, IConfigFunction> Calls { get; }

    /// <summary>What works but is probably not meant, a line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>What the calls need of this process and do not find, such as a token, a line each. The file is right all the same.</summary>
    public IReadOnlyList<string> Obstacles { get; }

    /// <summary>There is something to check and evaluate. Otherwise both do nothing.</summary>
    public bool HasCalls => Calls.Count > 0;

    /// <summary>Refuses to go on where something is in the calls' way.</summary>
    /// <exception cref="ConfigurationException">There is an obstacle. The message has a line for each.</exception>
    public void RequireNoObstacles()
    {
        if (Obstacles.Count > 0)
        {
            throw new ConfigurationException(SourceProblems.Combine(Obstacles));
        }
    }

    /// <summary>Finds out whether the calls have a chance, without changing anything anywhere. Before anything is created for the run.</summary>
    /// <exception cref="HostException">A call has none. The message has a line for each that has none.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) =>
        ForEachAsync(async (call, function) => await function.CheckAsync(call.Argument, cancellationToken), cancellationToken);

    /// <summary>Makes the calls. Last of all, since what they return is secret and short-lived.</summary>
    /// <param name="run">The run that they are made for.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <returns>What the guest is told, with each call replaced by its value, and with what the instance's runner needs.</returns>
    /// <exception cref="HostException">A call failed. The message has a line for each that did.</exception>
    public async Task<GuestConfiguration> EvaluateAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!HasCalls)
        {
            return new GuestConfiguration(_config, _cloudInit);
        }

        var values = new Dictionary<ConfigCall, Secret>();
        await ForEachAsync(
            async (call, function) =>
            {
                var value = await function.EvaluateAsync(call.Argument, run, cancellationToken);
                lock (values)
                {
                    values.Add(call, value);
                }
            },
            cancellationToken);

        return new GuestConfiguration(Replace(_config, values, _runner), _cloudInit is { } cloudInit ? Replace(cloudInit, values) : null);
    }

    private static JsonElement Replace(JsonElement document, Dictionary<ConfigCall, Secret> values, JitRunner? runner = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            WriteProperties(document, values, writer);
            if (runner is not null)
            {
                writer.WriteStartObject(RunnerKey);
                writer.WriteString("runner", runner.Scope.ToString());
                writer.WriteString("jit-config", values[CallOf(runner)].Reveal());
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        var evaluated = JsonElement.Parse(buffer.WrittenSpan);
        buffer.Clear(); // with zeros
        return evaluated;
    }

    private async Task ForEachAsync(Func<ConfigCall, IConfigFunction, Task> act, CancellationToken cancellationToken)
    {
        var tasks = Calls.Select(call => act(call.Key, call.Value)).ToList();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            var failures = tasks.Select(task => task.Exception?.InnerException).OfType<HostException>().ToList();
            if (failures.Count < 2)
            {
                throw;
            }

            throw new HostException(failures[0].Problem, SourceProblems.Combine(failures.Select(failure => failure.Message)))
            {
                TryAgain = failures.Max(failure => failure.TryAgain),
            };
        }
    }

    private static void WriteProperties(JsonElement element, Dictionary<ConfigCall, Secret> values, Utf8JsonWriter writer)
    {
        foreach (var property in element.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            Write(property.Value, values, writer);
        }
    }

    private static void Write(JsonElement element, Dictionary<ConfigCall, Secret> values, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteProperties(element, values, writer);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, values, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when ConfigCall.Read(element.GetString()!, out var call) == ConfigCall.Form.Call:
                WriteSecret(values[call].Reveal(), writer);
                break;
            default:
                // Numbers go through as they were written: 1e400 and 1.0 included.
                element.WriteTo(writer);
                break;
        }
    }

    // Not as the writer would by itself, which leaves what it escapes in an array of a pool that everybody shares, where nobody forgets it.
    private static void WriteSecret(string value, Utf8JsonWriter writer)
    {
        const int longestEscape = 6; // \u0000
        var plain = Encoding.UTF8.GetBytes(value);
        var quoted = new byte[(plain.Length * longestEscape) + 2];
        JsonText.WriterOptions.Encoder!.EncodeUtf8(plain, quoted.AsSpan(1), out _, out var length);
        quoted[0] = quoted[length + 1] = (byte)'"';
        writer.WriteRawValue(quoted.AsSpan(0, length + 2), skipInputValidation: true);
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(quoted);
    }
}
