using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime;
using System.Security.Cryptography;
using System.Text;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.GitHub;

/// <summary>
/// A GitHub App, which has a token for each scope that it is installed for (docs.github.com, "Authenticating as a GitHub App installation"). A token is asked for
/// one scope and one permission, used until shortly before its end, and kept in memory only. Thread-safe.
/// </summary>
/// <param name="credentials">Its id and key.</param>
/// <param name="host">The API's host, for messages.</param>
/// <param name="warn">Hears that this host's clock is wrong.</param>
/// <param name="time">The clock.</param>
internal sealed class GitHubApp(GitHubCredentials credentials, string host, Action<string> warn, TimeProvider time)
{
    private const string Json = "application/json";

    // Many times what a signature takes.
    private const int RoomToSign = 4 << 20;

    // A token that is handed out is good for this long at least: longer than any call takes.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    // Ours may be a minute behind, GitHub's too, and no more than ten minutes are allowed.
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(9);

    // What a clock may be off without being the reason for a refusal.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    // There is one such region at a time.
    private static readonly Lock Signing = new();

    private readonly ConcurrentDictionary<GitHubScope, (Secret Token, DateTimeOffset End)> _tokens = [];

    // What GitHub's clock says more than ours.
    private TimeSpan _skew;

    private DateTimeOffset Now => time.GetUtcNow() + _skew;

    /// <summary>The token for a scope.</summary>
    /// <param name="connect">Makes a connection that shows what it is given.</param>
    /// <param name="scope">What it is to be good for.</param>
    /// <param name="cancellationToken">The call's end.</param>
    /// <exception cref="ConfigurationException">The key cannot be used.</exception>
    /// <exception cref="ExplainedException">GitHub refuses, and it is known why.</exception>
    public async Task<Secret> TokenAsync(Func<Secret, IConnection> connect, GitHubScope scope, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(scope, out var known) && known.End - Margin > Now)
        {
            return known.Token;
        }

        var request = RequestFor(scope)
            ?? throw new ExplainedException($"no GitHub App may command the runners of an {scope.Noun}: use a token, classic, with {scope.ClassicPermission}");
        var installation = await FindAsync(connect, scope, cancellationToken);
        var minted = await AsAppAsync(connect, connection => connection.Post<AccessTokenModel>(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"app/installations/{installation.Id}/access_tokens"), UriKind.Relative),
            request,
            Json,
            Json,
            parameters: null,
            cancellationToken), error => error.StatusCode switch
            {
                // Why it is forbidden is told as to everybody: by an IP allow list, for example.
                HttpStatusCode.UnprocessableEntity => $"give it {scope.Permission}, and have its installation accept that",
                HttpStatusCode.NotFound => "its installation was removed meanwhile: install it again",
                _ => null,
            });
        if (minted is not { Token: { Length: > 0 } text, ExpiresAt: { } end })
        {
            throw new FormatException("the answer has no token");
        }

        var token = new Secret(text);
        _tokens[scope] = (token, end);
        return token;
    }

    /// <summary>The installation that has a scope.</summary>
    /// <exception cref="ConfigurationException">The key cannot be used.</exception>
    /// <exception cref="ExplainedException">There is none.</exception>
    public Task<InstallationModel> FindAsync(Func<Secret, IConnection> connect, GitHubScope scope, CancellationToken cancellationToken) => AsAppAsync(
        connect,
        connection => connection.Get<InstallationModel>(new Uri(scope.InstallationPath, UriKind.Relative), null, null, cancellationToken),
        error => error.StatusCode == HttpStatusCode.NotFound
            ? $"it is not installed for {scope}: install it there, on the App's page at GitHub"
            : null);

    /// <summary>Forgets a token that GitHub does not accept.</summary>
    public void Forget(GitHubScope scope) => _tokens.TryRemove(scope, out _);

    private async Task<T> AsAppAsync<T>(Func<Secret, IConnection> connect, Func<IConnection, Task<IApiResponse<T>>> ask, Func<ApiException, string?> explain)
    {
        try
        {
            IApiResponse<T> answer;
            try
            {
                answer = await ask(connect(Sign()));
            }
            catch (ApiException error) when (error.StatusCode == HttpStatusCode.Unauthorized && Correct(error.HttpResponse))
            {
                answer = await ask(connect(Sign()));
            }

            return answer.Body ?? throw new FormatException("the answer is empty");
        }
        catch (ApiException error) when (error.HttpResponse is { } refusal && GitHubRateLimit.EndOf(refusal, time.GetUtcNow()) is null)
        {
            var why = error.StatusCode == HttpStatusCode.Unauthorized
                ? "github.app-id and the key in github.app-key-file are not of one App, or the key was deleted there: make them fit"
                : explain(error);
            throw why is null ? error : new ExplainedException($"GitHub does not let the App {credentials.AppId} in ({GitHubError.Read(refusal).Status}): {why}");
        }
    }

    // What a token is to be good for, and nothing else; null where no App may do anything.
    private static AccessTokenRequestModel? RequestFor(GitHubScope scope) => scope switch
    {
        { Repository: { } repository } => new([repository], new Dictionary<string, string> { ["administration"] = "write" }),
        { IsEnterprise: true } => null,
        _ => new(null, new Dictionary<string, string> { ["organization_self_hosted_runners"] = "write" }),
    };

    // Whoever's clock is wrong has a token that ended already, or is yet to begin.
    private bool Correct(IResponse? answer)
    {
        if (answer is null || !DateTimeOffset.TryParse(GitHubRateLimit.Header(answer, "Date"), CultureInfo.InvariantCulture, out var theirs))
        {
            return false;
        }

        var skew = theirs - time.GetUtcNow();
        if ((skew - _skew).Duration() <= Tolerance)
        {
            return false;
        }

        _skew = skew;
        warn($"this host's clock is {skew.Duration().TotalSeconds:0} s {(skew > TimeSpan.Zero ? "behind" : "ahead of")} {host}'s, which counts for the App's tokens: set it right");
        return true;
    }

    // RFC 7519; iss is the client id, or the App's number, which older GitHub Enterprise Servers want as one.
    private Secret Sign()
    {
        var pem = credentials.ReadAppKey();
        var id = credentials.AppId!;
        var (from, until) = ((Now - Back).ToUnixTimeSeconds(), (Now + Ahead).ToUnixTimeSeconds());
        var claims = string.Create(CultureInfo.InvariantCulture, $$"""{"iat":{{from}},"exp":{{until}},"iss":{{(id.All(char.IsAsciiDigit) ? id.TrimStart('0') : $"\"{id}\"")}}}""");
        var signed = $"{Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        try
        {
            return new Secret($"{signed}.{Base64Url.EncodeToString(Sign(Encoding.UTF8.GetBytes(signed), pem))}");
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // Of the key itself nothing is said: a parser quotes what it parsed.
            throw new ConfigurationException("github.app-key-file: it holds no RSA key that can be used: name the file that GitHub gave for the App, not encrypted, as it is");
        }
    }

    // What parses a key clears its buffers, and a collection in its middle would leave those that it has moved away from as they were.
    private static byte[] Sign(byte[] text, Secret pem)
    {
        lock (Signing)
        {
            var held = GC.TryStartNoGCRegion(RoomToSign);
            try
            {
                using var key = RSA.Create();
                key.ImportFromPem(pem.Reveal());
                return key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
            finally
            {
                // It ends by itself where somebody else took too much meanwhile.
                if (held && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                {
                    GC.EndNoGCRegion();
                }
            }
        }
    }
}
