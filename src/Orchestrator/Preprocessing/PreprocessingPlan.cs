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

    // YAML 1.1, b-char; cloud-init reads that.
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n\u0085\u2028\u2029");

    private readonly JsonElement _config;
    private readonly JsonElement? _cloudInit;
    private readonly SourceLocation _cloudInitLocation;
    private readonly JitRunner? _runner;

    internal PreprocessingPlan(
        Instance instance,
        IReadOnlyDictionary<ConfigCall, IConfigFunction> calls,
        IReadOnlyList<string> warnings,
        IReadOnlyList<string> obstacles)
    {
        _config = instance.Config;
        _cloudInit = instance.CloudInit;
        _cloudInitLocation = instance.CloudInitLocation;
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

        return new GuestConfiguration(Replace(_config, values, _runner), _cloudInit is { } cloudInit ? Replace(cloudInit, values, texts: _cloudInitLocation) : null);
    }

    // Where calls within texts are replaced too, "texts" says what these belong to.
    private static JsonElement Replace(JsonElement document, Dictionary<ConfigCall, Secret> values, JitRunner? runner = null, SourceLocation? texts = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            {
                writer.WriteStartObject();
                WriteProperties(document, values, texts, writer);
                if (runner is not null)
                {
                    writer.WriteStartObject(RunnerKey);
                    writer.WriteString("runner", runner.Scope.ToString());
                    writer.WriteString("jit-config", values[CallOf(runner)].Reveal());
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            return JsonElement.Parse(buffer.WrittenSpan);
        }
        finally
        {
            buffer.Clear(); // with zeros
        }
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

    private static void WriteProperties(JsonElement element, Dictionary<ConfigCall, Secret> values, SourceLocation? texts, Utf8JsonWriter writer)
    {
        foreach (var property in element.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            Write(property.Value, values, texts, writer);
        }
    }

    private static void Write(JsonElement element, Dictionary<ConfigCall, Secret> values, SourceLocation? texts, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteProperties(element, values, texts, writer);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, values, texts, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when ConfigCall.Read(element.GetString()!, out var call) == ConfigCall.Form.Call:
                WriteSecret(values[call].Reveal(), writer);
                break;
            case JsonValueKind.String when texts is not null && ConfigCall.FindIn(element.GetString()!).Any(found => found.Call is not null):
                WriteSecret(ReplaceWithin(element.GetString()!, values, texts), writer);
                break;
            default:
                // Numbers go through as they were written: 1e400 and 1.0 included.
                element.WriteTo(writer);
                break;
        }
    }

    private static string ReplaceWithin(string text, Dictionary<ConfigCall, Secret> values, SourceLocation location)
    {
        var pieces = new List<string>();
        var at = 0;
        foreach (var (start, end, found) in ConfigCall.FindIn(text))
        {
            if (found is not { } call)
            {
                continue;
            }

            // A file ends with a line break, as a rule; what stands after the call goes on in its line.
            var value = values[call].Reveal();
            value = value.EndsWith('\n') ? value[..^(value.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : value;
            if (value.AsSpan().ContainsAny(LineBreaks))
            {
                // It would end a YAML value, or go on at another depth.
                throw new HostException(
                    HostProblem.Other,
                    $"{location}: {call} has a value of several lines, which is not put into the middle of a text: make the call a value of its own, in an object");
            }

            pieces.Add(text[at..start]);
            pieces.Add(value);
            at = end;
        }

        return string.Concat([.. pieces, text[at..]]);
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
