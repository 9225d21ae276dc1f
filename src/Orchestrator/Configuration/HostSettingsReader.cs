using System.Net;
using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Reads host settings from all their sources.</summary>
/// <remarks>
/// Not built on Microsoft.Extensions.Configuration, which is as fast but forgets files and lines, turns every value into text and lets unknown keys
/// pass: a mistake could not be named with its place, and a misspelt key not at all.
/// </remarks>
/// <param name="sources">Where they come from.</param>
/// <param name="drivers">The drivers there are.</param>
internal sealed class HostSettingsReader(HostSettingsSources sources, IReadOnlyList<DriverRegistration> drivers)
{
    private const string TokenRemedy =
        "a token is not a setting: use the environment variable GITHUB_TOKEN, or github.token-file for a file that only this user can read";

    private readonly IReadOnlyList<ConfigurationKey<SettingsDraft>> _keys = SettingKeys.For(drivers);
    private readonly SettingsDraft _draft = new(new HostSettings(drivers));
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _files = [];

    /// <summary>Reads them, from the least important source to the most important one.</summary>
    public HostSettings Read()
    {
        ReadFile(SystemFile, mayProtect: true);
        if (sources.SettingsFile is { } file)
        {
            ReadFile(file, mayProtect: true, mustExist: true);
        }
        else if (sources.InstancesDirectory is { } directory && directory != sources.SystemDirectory)
        {
            ReadFile(Path.Combine(directory, HostSettings.FileName), mayProtect: false);
        }

        _draft.BaseDirectory = sources.WorkingDirectory;
        ReadEnvironment();
        ReadFlags();
        WarnOfPlainHttp();
        WarnOfOpenMetrics();
        var stateDirectory = _draft.Settings.StateDirectory is { Length: > 0 } named ? named : DefaultStateDirectory();
        if (_problems.Count > 0)
        {
            throw new ConfigurationException(SourceProblems.Combine(_problems));
        }

        return _draft.Settings with
        {
            NamedDriver = sources.Flags.GetValueOrDefault("driver"),
            DriverSettings = _draft.DriverSettings,
            StateDirectory = stateDirectory,
            GitHub = _draft.Settings.GitHub with
            {
                Credentials = new GitHubCredentials(
                    sources.Environment.GetValueOrDefault(GitHubCredentials.Variable),
                    _draft.GitHubTokenFile,
                    sources.Environment.GetValueOrDefault(GitHubCredentials.CredentialsVariable),
                    _draft.GitHubAppId,
                    _draft.GitHubAppKeyFile),
                Proxies = new ProxyVariables(sources.Environment),
            },
            Files = _files,
            Warnings = _warnings,
        };
    }

    private string SystemFile => Path.Combine(sources.SystemDirectory, HostSettings.FileName);

    // Protected settings are the host's. A file beside the instances came with them, often from somebody else's repository.
    private void ReadFile(string path, bool mayProtect, bool mustExist = false)
    {
        var problems = new SourceProblems(path);
        try
        {
            if (SourceFile.TryRead(path) is not { } bytes)
            {
                if (mustExist)
                {
                    _problems.Add($"{path}: there is no such file: correct --settings");
                }

                return;
            }

            _files.Add(Path.GetFullPath(path));
            _draft.BaseDirectory = Path.GetDirectoryName(_files[^1])!;
            var document = SourceParser.Parse(bytes, problems);
            if (document.Kind == JsonValueKind.Object)
            {
                ReadSection(document, "", mayProtect, problems);
            }
            else
            {
                problems.Add(document.Line, "", $"must be an object ({{ … }}), not {document.Shown}");
            }

            _problems.AddRange(problems.Lines);
        }
        catch (ConfigurationException exception)
        {
            _problems.AddRange(problems.Lines);
            _problems.Add(exception.Message);
        }
    }

    private void ReadSection(SourceValue section, string name, bool mayProtect, SourceProblems problems)
    {
        foreach (var property in section.Properties)
        {
            var fullName = name.Length == 0 ? property.Name : $"{name}.{property.Name}";
            var path = JsonText.KeyPath(name, property.Name);
            if (_keys.FirstOrDefault(key => key.Name == fullName) is { } key)
            {
                var problem = key.IsProtected && !mayProtect
                    ? "not taken from beside the instances, where whoever wrote them may have put it: "
                        + $"set {SettingKeys.VariableOf(key)}, write it into {SystemFile}, or name its file with --settings"
                    : key.Read(property.Value, _draft);
                if (problem is not null)
                {
                    problems.Add(property.Value.Line, path, problem);
                }
            }
            else if (name.Length == 0 && _keys.Any(key => key.Name.StartsWith(fullName + '.', StringComparison.Ordinal)))
            {
                if (property.Value.Kind == JsonValueKind.Object)
                {
                    ReadSection(property.Value, fullName, mayProtect, problems);
                }
                else
                {
                    problems.Add(property.Value.Line, path, $"must be an object ({{ … }}), not {property.Value.Shown}");
                }
            }
            else if (IsToken(fullName))
            {
                problems.Add(property.Line, path, TokenRemedy);
            }
            else
            {
                problems.AddUnknownKey(property.Line, name, property.Name, NamesIn(name));
            }
        }
    }

    // The keys and sections that may stand directly in a section.
    private IEnumerable<string> NamesIn(string section)
    {
        var prefix = section.Length == 0 ? "" : section + '.';
        return _keys
            .Where(key => key.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => key.Name[prefix.Length..].Split('.')[0])
            .Distinct();
    }

    private static bool IsToken(string name) => name is "github.token" or "github-token" or "token";

    private void ReadEnvironment()
    {
        foreach (var (variable, text) in sources.Environment.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(SettingKeys.VariablePrefix, StringComparison.Ordinal))
            {
                continue;
            }

            var key = _keys.FirstOrDefault(key => SettingKeys.VariableOf(key) == variable);
            if (key is null)
            {
                // Not an error: the prefix is no property of ours, and an environment is inherited.
                var near = NearName.Find(
                    variable[SettingKeys.VariablePrefix.Length..],
                    _keys.Select(key => SettingKeys.VariableOf(key)[SettingKeys.VariablePrefix.Length..]));
                var remedy = near is null ? "" : $": did you mean {SettingKeys.VariablePrefix}{near}?";
                _warnings.Add($"environment: {variable}: no such setting{remedy}");
            }
            else if (text.Length > 0 && key.Read(SourceValue.Untyped(text), _draft) is { } problem)
            {
                _problems.Add($"environment: {variable}: {problem}");
            }
        }
    }

    private void ReadFlags()
    {
        foreach (var (name, text) in sources.Flags)
        {
            var key = _keys.FirstOrDefault(key => key.Name == name)
                ?? throw new ArgumentException($"no setting is called '{name}'", nameof(sources));
            if (key.Read(SourceValue.Untyped(text), _draft) is { } problem)
            {
                _problems.Add($"command line: {name}: {problem}");
            }
        }
    }

    private void WarnOfPlainHttp()
    {
        if (_draft.Settings.GitHub.ApiUrl is { IsLoopback: false } url && url.Scheme == Uri.UriSchemeHttp)
        {
            _warnings.Add($"github.api-url: {url.Host} is reached over plain http, so everyone on the way can read the token: use https");
        }
    }

    private void WarnOfOpenMetrics()
    {
        if (_draft.Settings.Up.Listen is IPEndPoint endpoint && !IPAddress.IsLoopback(endpoint.Address))
        {
            _warnings.Add($"up.listen: whoever reaches {endpoint} can read the metrics: let a firewall guard it, or use 127.0.0.1");
        }
    }

    private string DefaultStateDirectory()
    {
        if (sources.IsRoot)
        {
            return "/var/lib/orchestrator";
        }

        // The XDG Base Directory Specification: a relative path is to be ignored.
        if (sources.Environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } stateHome && Path.IsPathRooted(stateHome))
        {
            return Path.Combine(stateHome, "orchestrator");
        }

        if (sources.Environment.GetValueOrDefault("HOME") is { Length: > 0 } home && Path.IsPathRooted(home))
        {
            return Path.Combine(home, ".local/state/orchestrator");
        }

        _problems.Add("state-directory: there is no default without HOME: set HOME or ORCHESTRATOR_STATE_DIRECTORY");
        return "";
    }
}
