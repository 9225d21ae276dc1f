using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>
/// Replaces the calls in a config, in three steps, so that everything that can be known early is: <see cref="Parse"/> sees what is written,
/// <see cref="PreprocessingPlan.CheckAsync"/> asks around before anything is created, and <see cref="PreprocessingPlan.EvaluateAsync"/> makes the
/// short-lived secrets last.
/// </summary>
public sealed class Preprocessor
{
    private readonly Dictionary<string, IConfigFunction> _functions;

    /// <summary>A pre-processor that knows these functions.</summary>
    public Preprocessor(IEnumerable<IConfigFunction> functions) =>
        _functions = functions.ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>The functions.</summary>
    public IEnumerable<IConfigFunction> Functions => _functions.Values;

    /// <summary>A pre-processor that knows all functions there are.</summary>
    internal static Preprocessor ForHost(HostSettings settings, GitHubApi github) => new(
    [
        new GhaInstallTokenFunction(settings.GitHub.Credentials, github),
        new GhaJitConfigFunction(settings.GitHub.Credentials, new GitHubRunners(github)),
        new RunFunction(),
        new EnvironmentFunction(),
        new FileFunction(),
    ]);

    /// <summary>Finds the calls in what an instance's guest is to be told. Does no I/O beyond reading the file that holds a token, where there is a call.</summary>
    /// <exception cref="ConfigurationException">
    /// A call cannot work anywhere: its function is not known, or its argument will not do. The message has a line for each.
    /// </exception>
    public PreprocessingPlan Parse(Instance instance)
    {
        var walk = new Walk(this, instance.Location.File, instance.SharedDirectories);
        var config = walk.Visit(instance.Config, instance.ConfigLocation);
        if (instance.CloudInit is { } cloudInit)
        {
            walk.Visit(cloudInit, instance.CloudInitLocation, withinTexts: true);
        }

        if (instance.Runner is not null)
        {
            walk.VisitRunner(instance, config);
        }

        walk.Problems.ThrowIfAny();
        return new PreprocessingPlan(instance, walk.Calls, [.. walk.Warnings.Lines], [.. walk.Obstacles.Lines]);
    }

    private sealed record Walk(Preprocessor Preprocessor, string File, IReadOnlyList<string> Shared)
    {
        public SourceProblems Problems { get; } = new(File);

        public SourceProblems Warnings { get; } = new(File);

        public SourceProblems Obstacles { get; } = new(File);

        public Dictionary<ConfigCall, IConfigFunction> Calls { get; } = [];

        public SourceValue Visit(JsonElement document, SourceLocation location, bool withinTexts = false)
        {
            var value = SourceParser.Parse(JsonMarshal.GetRawUtf8Value(document), Problems, location.Path, location.Line ?? 1);
            Visit(value, location.Path, location.Line is not null, withinTexts);
            return value;
        }

        private void Visit(SourceValue value, string path, bool hasLines, bool withinTexts)
        {
            foreach (var property in value.Properties)
            {
                Visit(property.Value, JsonText.KeyPath(path, property.Name), hasLines, withinTexts);
            }

            for (var index = 0; index < value.Items.Count; index++)
            {
                Visit(value.Items[index], JsonText.ItemPath(path, index), hasLines, withinTexts);
            }

            if (value.Kind == JsonValueKind.String)
            {
                VisitText(value.Text, hasLines ? value.Line : null, path, withinTexts);
            }
        }

        /// <summary>The instance's own object that says which runner it is: a call that its config need not make.</summary>
        public void VisitRunner(Instance instance, SourceValue config)
        {
            if (config.Properties.FirstOrDefault(property => property.Name == PreprocessingPlan.RunnerKey) is { } taken)
            {
                Problems.Add(
                    instance.ConfigLocation.Line is null ? null : taken.Line,
                    JsonText.KeyPath(instance.ConfigLocation.Path, taken.Name),
                    $"here the guest finds what {instance.RunnerLocation.Path} gets for it: rename this key, or remove that object");
            }

            var call = PreprocessingPlan.CallOf(instance.Runner!);
            if (!Calls.ContainsKey(call))
            {
                VisitCall(call, instance.RunnerLocation.Line, instance.RunnerLocation.Path);
            }
        }

        private void VisitText(string text, int? line, string path, bool withinTexts)
        {
            switch (ConfigCall.Read(text, out var call))
            {
                case ConfigCall.Form.TextWithOpening when withinTexts:
                    VisitCallsWithin(text, line, path);
                    break;
                case ConfigCall.Form.TextWithOpening:
                    Warnings.Add(line, path, "\"${{\" is left as it is: only a value that is a call from end to end is replaced");
                    break;
                case ConfigCall.Form.Malformed:
                    Problems.Add(line, path, $"{JsonText.Quote(text)} is not a call: write ${{{{ function:argument }}}}; {Known}");
                    break;
                case ConfigCall.Form.Call when !Calls.ContainsKey(call):
                    VisitCall(call, line, path);
                    break;
            }
        }

        private void VisitCallsWithin(string text, int? line, string path)
        {
            var found = ConfigCall.FindIn(text).Select(one => one.Call).ToList();
            if (found.Contains(null))
            {
                Warnings.Add(line, path, "\"${{\" is left as it is where it begins no call: write ${{ function:argument }}");
            }

            foreach (var call in found.OfType<ConfigCall>().Distinct().Where(call => !Calls.ContainsKey(call)))
            {
                VisitCall(call, line, path);
            }
        }

        private void VisitCall(ConfigCall call, int? line, string path)
        {
            if (!Preprocessor._functions.TryGetValue(call.Function, out var function))
            {
                Problems.Add(line, path, $"unknown function {JsonText.Quote(call.Function)}: {Guess(call.Function)}{Known}");
            }
            else if (function.Validate(call.Argument) is { } problem)
            {
                Problems.Add(line, path, $"{function.Name}: {problem}");
            }
            else if (function.FileOf(call.Argument) is { } file && MountPlaces.FindShowing(file, Shared) is { } shared)
            {
                Problems.Add(line, path, $"{function.Name}: {file} is in {shared}, which \"{InstanceKeys.Mounts}\" show to guests: keep it elsewhere");
            }
            else
            {
                Calls.Add(call, function);
                if (function.FindObstacle(call.Argument) is { } obstacle)
                {
                    Obstacles.Add(line, path, $"{function.Name}: {obstacle}");
                }
            }
        }

        private string Known => $"known functions: {string.Join(", ", Preprocessor._functions.Values.Select(function => function.Usage))}";

        private string Guess(string name) =>
            NearName.Find(name, Preprocessor._functions.Keys) is { } near ? $"did you mean {JsonText.Quote(near)}? " : "";
    }
}
