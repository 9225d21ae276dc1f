using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class GitHubCredentialsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_variable_goes_before_the_file()
    {
        WriteToken("from-file\n", UnixFileMode.UserRead);

        Assert.Equal("from-variable", new GitHubCredentials(" from-variable\n", _file).Read().Reveal());
        Assert.Equal("from-file", new GitHubCredentials(" ", _file).Read().Reveal());
    }

    [Fact]
    public void Without_either_the_error_says_how_to_give_one()
    {
        var message = Refusal(new GitHubCredentials(null, null));

        Assert.Contains("GITHUB_TOKEN", message, StringComparison.Ordinal);
        Assert.Contains("github.token-file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_and_an_App_together_are_refused_by_whichever_way_the_token_is_given()
    {
        WriteToken("secret-token", UnixFileMode.UserRead);

        Assert.StartsWith("both a token (GITHUB_TOKEN) and a GitHub App", new GitHubCredentials("ghp_x", null, null, "Iv23li", _file).FindObstacle(), StringComparison.Ordinal);
        Assert.StartsWith($"both a token ({_file}) and a GitHub App", new GitHubCredentials(null, _file, null, "Iv23li").FindObstacle(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Iv23li", false, "no key of the GitHub App Iv23li: set github.app-key-file")]
    [InlineData(null, true, "github.app-id does not say of which")]
    [InlineData("Iv23\"li", true, "github.app-id does not say of which")]
    [InlineData("Iv23li", true, "holds no private key in PEM")]
    public void Half_an_App_is_none(string? id, bool hasKey, string problem)
    {
        WriteToken("-----BEGIN PUBLIC KEY-----", UnixFileMode.UserRead);

        Assert.Contains(problem, new GitHubCredentials(null, null, null, id, hasKey ? _file : null).FindObstacle(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_Apps_key_is_guarded_as_a_token_is()
    {
        WriteToken("-----BEGIN PRIVATE KEY-----", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal($"{_file}: holds a key and is open to other users: chmod 600 it", new GitHubCredentials(null, null, null, "1", _file).FindObstacle());

        WriteToken("-----BEGIN PRIVATE KEY-----", UnixFileMode.UserRead);
        Assert.Null(new GitHubCredentials(null, null, null, "1", _file).FindObstacle());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_can_use_is_refused(UnixFileMode extra)
    {
        WriteToken("secret", UnixFileMode.UserRead | extra);

        Assert.Equal($"{_file}: holds a token and is open to other users: chmod 600 it", Refusal(new GitHubCredentials(null, _file)));
    }

    [Theory]
    [InlineData(0b101_101_000, 0b100_100_000, null)]
    [InlineData(0b101_101_000, 0b100_100_100, "chmod 600 it")]
    [InlineData(0b101_101_101, 0b100_100_000, "chmod 600 it")]
    public void A_credential_of_systemds_may_look_open_to_its_group_in_a_directory_that_is_closed(int directoryMode, int fileMode, string? refusal)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
        var file = Path.Combine(directory, GitHubCredentials.CredentialName);
        try
        {
            File.WriteAllText(file, "from-systemd\n");
            File.SetUnixFileMode(file, (UnixFileMode)fileMode);
            File.SetUnixFileMode(directory, (UnixFileMode)directoryMode);
            foreach (var credentials in (GitHubCredentials[])[new(null, null, directory), new(null, file, directory)])
            {
                if (refusal is null)
                {
                    Assert.Equal("from-systemd", credentials.Read().Reveal());
                }
                else
                {
                    Assert.Contains(refusal, Refusal(credentials), StringComparison.Ordinal);
                }
            }

            Assert.Contains("chmod 600 it", Refusal(new GitHubCredentials(null, file)), StringComparison.Ordinal);
            Assert.Contains(GitHubCredentials.CredentialName, Refusal(new GitHubCredentials(null, null, "/nonexistent")), StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_file_in_a_directory_that_others_may_write_to_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
        var file = Path.Combine(directory, "token");
        try
        {
            File.WriteAllText(file, "secret");
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
            File.SetUnixFileMode(directory, (UnixFileMode)0x1FF);

            Assert.Equal(
                $"{file} (github.token-file): not trusted: others may write to {directory}: chmod go-w {directory}",
                Refusal(new GitHubCredentials(null, file)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("schlüssel")]
    public void What_cannot_be_a_token_is_refused_and_not_repeated(string content)
    {
        WriteToken(content, UnixFileMode.UserRead);

        var message = Refusal(new GitHubCredentials(null, _file));
        Assert.Contains("does not hold a GitHub token", message, StringComparison.Ordinal);
        Assert.True(content.Length == 0 || !message.Contains(content, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\uFEFFghp_hunter2", "begins with a byte order mark: save it as UTF-8 without one")]
    [InlineData("\"ghp_hunter2\"", "has quotation marks around the token: take them off")]
    [InlineData("'ghp_hunter2'\n", "has quotation marks around the token")]
    [InlineData("GITHUB_TOKEN=ghp_hunter2\n", "has NAME=value, as a file of variables has: leave the value alone")]
    [InlineData("export GITHUB_TOKEN=\"ghp_hunter2\"", "has NAME=value")]
    [InlineData("\0g\0h\0p\0_", "is in UTF-16")]
    public void What_editors_and_shells_put_around_a_token_is_named_and_not_repeated(string content, string problem)
    {
        WriteToken(content, UnixFileMode.UserRead);

        var message = Refusal(new GitHubCredentials(null, _file));
        Assert.StartsWith($"{_file} {problem}", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variable_is_looked_at_in_the_same_way() => Assert.Equal(
        "the environment variable GITHUB_TOKEN has quotation marks around the token: take them off", Refusal(new GitHubCredentials("\"ghp_x\"", null)));

    [Theory]
    [InlineData("ghs_123_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2ln-_bmF0dXJl")]
    [InlineData("dG9rZW4gdGhhdCBpcyBmaWxsZWQgdXA==")]
    public void A_token_of_whatever_alphabet_is_one(string token) => Assert.Equal(token, new GitHubCredentials(token, null).Read().Reveal());

    [Fact]
    public void A_device_and_a_missing_file_are_refused()
    {
        Assert.Contains("it is a character device", Refusal(new GitHubCredentials(null, "/dev/zero")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal(new GitHubCredentials(null, _file + ".none")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_shows_itself_to_nobody()
    {
        var secret = new Secret("hunter2");

        Assert.Equal("***", $"{secret}");
        Assert.Equal("hunter2", secret.Reveal());
    }

    private static string Refusal(GitHubCredentials credentials) => Assert.Throws<ConfigurationException>(credentials.Read).Message;

    private void WriteToken(string content, UnixFileMode mode)
    {
        File.WriteAllText(_file, content);
        File.SetUnixFileMode(_file, mode);
    }
}
