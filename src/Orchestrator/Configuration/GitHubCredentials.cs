using System.Buffers;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>
/// What GitHub knows us by: a token, or a GitHub App. The token is in the environment variable <c>GITHUB_TOKEN</c>, or else in the file that <c>github.token-file</c>
/// names, or else in a credential that systemd has for the service; the App's key likewise, but for the variable. There is no flag and no setting for either itself:
/// command lines and configuration files are read by too many.
/// </summary>
public sealed class GitHubCredentials
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "GITHUB_TOKEN";

    /// <summary>The environment variable in which systemd names the directory of a service's credentials (systemd.exec(5)).</summary>
    public const string CredentialsVariable = "CREDENTIALS_DIRECTORY";

    /// <summary>What the credential with the token is called.</summary>
    public const string CredentialName = "orchestrator.github-token";

    /// <summary>What the credential with the App's key is called.</summary>
    public const string AppKeyCredentialName = "orchestrator.github-app-key";

    private const string TokenFile = "github.token-file";
    private const string AppKeyFile = "github.app-key-file";
    private const int LongestToken = 4096;
    private const char ByteOrderMark = '\uFEFF';
    private const string Expectation = "does not hold a GitHub token: it must be one word of ASCII characters, such as ghp_… or github_pat_…";

    // A shell's, with "export" before it perhaps.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ ");

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly Secret? _fromEnvironment;
    private readonly SecretFile? _file;
    private readonly SecretFile? _appKey;
    private readonly string? _credentials;

    /// <summary>Names the sources; neither is looked at yet.</summary>
    /// <param name="fromEnvironment">The variable's value; null or blank where it is not set.</param>
    /// <param name="file">Absolute path of the token's file; null where there is none.</param>
    /// <param name="credentials">The directory of the service's credentials; null where there is none.</param>
    /// <param name="appId">The App's client id or numeric id; null where there is no App.</param>
    /// <param name="appKeyFile">Absolute path of the file with its key; null where there is none.</param>
    public GitHubCredentials(string? fromEnvironment, string? file, string? credentials = null, string? appId = null, string? appKeyFile = null)
    {
        AppId = appId;
        _credentials = credentials;
        _fromEnvironment = string.IsNullOrWhiteSpace(fromEnvironment) ? null : new Secret(fromEnvironment.Trim());
        _file = SecretFile.Find(file, TokenFile, "token", credentials, CredentialName);
        _appKey = SecretFile.Find(appKeyFile, AppKeyFile, "key", credentials, AppKeyCredentialName);
    }

    /// <summary>The files that hold them.</summary>
    internal IEnumerable<string> Files => ((SecretFile?[])[_file, _appKey]).OfType<SecretFile>().Select(file => file.ToString());

    /// <summary>They are an App's, or are meant to be.</summary>
    public bool IsApp => AppId is not null || _appKey is not null;

    /// <summary>What they are, for messages.</summary>
    public string Noun => IsApp ? "App" : "token";

    /// <summary>The App's id; null where there is none.</summary>
    public string? AppId { get; }

    /// <summary>The token.</summary>
    /// <exception cref="ConfigurationException">There is none, its file cannot be used, or it cannot be a token.</exception>
    public Secret Read()
    {
        if (_fromEnvironment is not null)
        {
            return Check(_fromEnvironment, $"the environment variable {Variable}");
        }

        return _file is not null
            ? Check(_file.Read(), $"{_file}")
            : throw new ConfigurationException(
                $"no GitHub token: set the environment variable {Variable}, or the setting {TokenFile} to a file that holds one"
                    + (_credentials is null ? "" : $", or give the service the credential {CredentialName}")
                    + $"; or name a GitHub App by github.app-id and {AppKeyFile}");
    }

    /// <summary>The App's private key, in PEM.</summary>
    /// <exception cref="ConfigurationException">There is none, its file cannot be used, or there is a token too.</exception>
    public Secret ReadAppKey()
    {
        if (_fromEnvironment is not null || _file is not null)
        {
            var token = _fromEnvironment is null ? $"{_file}" : Variable;
            throw new ConfigurationException($"both a token ({token}) and a GitHub App (github.app-id, {AppKeyFile}) are given, and either would do: take one away");
        }

        if (AppId is null || AppId.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            throw new ConfigurationException($"{_appKey}: the key of a GitHub App, and github.app-id does not say of which: set it to the App's client id");
        }

        if (_appKey is null)
        {
            throw new ConfigurationException(
                $"no key of the GitHub App {AppId}: set {AppKeyFile} to the file with its private key"
                    + (_credentials is null ? "" : $", or give the service the credential {AppKeyCredentialName}"));
        }

        var key = _appKey.Read();
        return key.Reveal().Contains("PRIVATE KEY-----", StringComparison.Ordinal)
            ? key
            : throw new ConfigurationException($"{_appKey}: holds no private key in PEM: name the file that GitHub gave for the App, as it is");
    }

    /// <summary>Looks whether there is what is needed.</summary>
    /// <returns>What is missing and the remedy; null when nothing is.</returns>
    public string? FindObstacle()
    {
        try
        {
            _ = IsApp ? ReadAppKey() : Read();
            return null;
        }
        catch (ConfigurationException exception)
        {
            return exception.Message;
        }
    }

    // Checked here, since the HTTP client's own complaint about a bad header quotes the header.
    private static Secret Check(Secret token, string source)
    {
        var text = token.Reveal();
        var problem = text switch
        {
            [ByteOrderMark, ..] => "begins with a byte order mark: save it as UTF-8 without one",
            _ when text.Contains('\0', StringComparison.Ordinal) => "is in UTF-16, as a Windows shell writes it: save it as UTF-8",
            ['"' or '\'', ..] => "has quotation marks around the token: take them off",
            _ when IsAssignment(text) => "has NAME=value, as a file of variables has: leave the value alone",
            { Length: 0 or > LongestToken } => Expectation,
            _ when text.AsSpan().ContainsAnyExceptInRange('!', '~') => Expectation,
            _ => null,
        };
        return problem is null ? token : throw new ConfigurationException($"{source} {problem}");
    }

    // No token has a '=' but at its very end, where base64 fills up.
    private static bool IsAssignment(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && text.AsSpan(equals).ContainsAnyExcept('=') && char.IsAsciiLetter(text[0]) && !text.AsSpan(0, equals).ContainsAnyExcept(NameCharacters);
    }
}
