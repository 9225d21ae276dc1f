using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Configuration;

/// <summary>
/// The token for GitHub: the environment variable <c>GITHUB_TOKEN</c>, or else the file that <c>github.token-file</c> names, or else the credential that systemd
/// has for the service. There is no flag and no setting for the token itself: command lines and configuration files are read by too many.
/// </summary>
public sealed class GitHubCredentials
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "GITHUB_TOKEN";

    /// <summary>The environment variable in which systemd names the directory of a service's credentials (systemd.exec(5)).</summary>
    public const string CredentialsVariable = "CREDENTIALS_DIRECTORY";

    /// <summary>What the credential is called.</summary>
    public const string CredentialName = "orchestrator.github-token";

    private const int LongestToken = 4096;

    // A token, and whatever blank space an editor or a template left around it.
    private const int LongestFile = 64 * 1024;

    private readonly Secret? _fromEnvironment;
    private readonly string? _file;
    private readonly string? _credentials;

    /// <summary>Names the sources; neither is looked at yet.</summary>
    /// <param name="fromEnvironment">The variable's value; null or blank where it is not set.</param>
    /// <param name="file">Absolute path of the file; null where there is none.</param>
    /// <param name="credentials">The directory of the service's credentials; null where there is none.</param>
    public GitHubCredentials(string? fromEnvironment, string? file, string? credentials = null)
    {
        _credentials = credentials;
        _fromEnvironment = string.IsNullOrWhiteSpace(fromEnvironment) ? null : new Secret(fromEnvironment.Trim());
        _file = file ?? (credentials is not null && Path.Combine(credentials, CredentialName) is var own && File.Exists(own) ? own : null);
    }

    /// <summary>The token.</summary>
    /// <exception cref="ConfigurationException">There is none, its file cannot be used, or it cannot be a token.</exception>
    public Secret Read()
    {
        if (_fromEnvironment is not null)
        {
            return Check(_fromEnvironment, $"the environment variable {Variable}");
        }

        return _file is not null
            ? Check(ReadFile(_file), _file)
            : throw new ConfigurationException(
                $"no GitHub token: set the environment variable {Variable}, or the setting github.token-file to a file that holds one"
                    + (_credentials is null ? "" : $", or give the service the credential {CredentialName}"));
    }

    /// <summary>Looks whether there is a token.</summary>
    /// <returns>What is missing and the remedy; null when nothing is.</returns>
    public string? FindObstacle()
    {
        try
        {
            Read();
            return null;
        }
        catch (ConfigurationException exception)
        {
            return exception.Message;
        }
    }

    private Secret ReadFile(string path)
    {
        try
        {
            using var file = GuardedFile.Open(path);

            // systemd closes a service's credentials to others by the directory they are in, and the mask of its access control list looks like a group's right.
            var others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
                | (IsCredential(path) ? 0 : UnixFileMode.GroupRead);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & others) != 0)
            {
                throw new ConfigurationException($"{path}: holds a token and is open to other users: chmod 600 it");
            }

            TrustedPath.Require(file, path);
            return new Secret(Encoding.UTF8.GetString(GuardedFile.Read(file, LongestFile)).Trim());
        }
        catch (UntrustedPathException exception)
        {
            throw new ConfigurationException($"{path} (github.token-file): not trusted: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} (github.token-file): cannot be read: {exception.Message}: name a file that holds the token and nothing else", exception);
        }
    }

    private bool IsCredential(string path)
    {
        const int others = 0x7;
        return Path.GetDirectoryName(path) is { } directory && directory == _credentials && (Libc.Owner(directory).Mode & others) == 0;
    }

    // Checked here, since the HTTP client's own complaint about a bad header quotes the header.
    private static Secret Check(Secret token, string source)
    {
        var text = token.Reveal();
        if (text.Length is 0 or > LongestToken || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ConfigurationException(
                $"{source} does not hold a GitHub token: it must be one word of ASCII characters, such as ghp_… or github_pat_…");
        }

        return token;
    }
}
