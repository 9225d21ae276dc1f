using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Configuration;

/// <summary>A file that holds a secret and nothing else: nobody but this user reads it, and no stranger has a say in it.</summary>
/// <param name="path">Its path.</param>
/// <param name="setting">The setting that names it.</param>
/// <param name="content">What it holds: <c>token</c>.</param>
/// <param name="credentials">The directory of the service's credentials; null where there is none.</param>
internal sealed class SecretFile(string path, string setting, string content, string? credentials)
{
    // A token or a key, and whatever blank space an editor or a template left around it.
    private const int Longest = 64 * 1024;

    /// <summary>The file that a setting names, or else the credential that systemd has for the service; null where there is neither.</summary>
    /// <param name="named">The path that the setting has; null where it has none.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="content">What the file holds.</param>
    /// <param name="credentials">The directory of the service's credentials; null where there is none.</param>
    /// <param name="credential">What the credential is called.</param>
    public static SecretFile? Find(string? named, string setting, string content, string? credentials, string credential)
    {
        var path = named ?? (credentials is not null && Path.Combine(credentials, credential) is var own && File.Exists(own) ? own : null);
        return path is null ? null : new SecretFile(path, setting, content, credentials);
    }

    /// <summary>Its path.</summary>
    public override string ToString() => path;

    /// <summary>Reads it.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public Secret Read()
    {
        try
        {
            using var file = GuardedFile.Open(path);

            // systemd closes a service's credentials to others by the directory they are in, and the mask of its access control list looks like a group's right.
            var others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | (IsCredential() ? 0 : UnixFileMode.GroupRead);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & others) != 0)
            {
                throw new ConfigurationException($"{path}: holds a {content} and is open to other users: chmod 600 it");
            }

            TrustedPath.Require(file, path);
            return new Secret(Encoding.UTF8.GetString(GuardedFile.Read(file, Longest)).Trim());
        }
        catch (UntrustedPathException exception)
        {
            throw new ConfigurationException($"{path} ({setting}): not trusted: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} ({setting}): cannot be read: {exception.Message}: name a file that holds the {content} and nothing else", exception);
        }
    }

    private bool IsCredential()
    {
        const int others = 0x7;
        return Path.GetDirectoryName(path) is { } directory && directory == credentials && (Libc.Owner(directory).Mode & others) == 0;
    }
}
