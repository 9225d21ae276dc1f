using Octokit;
using Octokit.Internal;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Http;

namespace Orchestrator.GitHub;

/// <summary>
/// GitHub's REST API, with a deadline for each call and one clear line for each way a call can fail. Thread-safe. A process has one of them: what it changes there,
/// it changes one after another.
/// </summary>
internal sealed class GitHubApi : IDisposable
{
    private const string PublicHost = "github.com";

    private static readonly Uri PublicApi = new("https://api.github.com/");

    private readonly GitHubCredentials _credentials;
    private readonly GitHubApp _app;
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly Lazy<HttpProxy?> _proxy;
    private readonly Lazy<HttpClientAdapter> _http;
    private readonly SemaphoreSlim _writes = new(1);

    /// <summary>An API at the address of the settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Hears what works and is not as it should be; null: nobody does.</param>
    public GitHubApi(GitHubSettings settings, TimeProvider time, Action<string>? warn = null)
        : this(settings, time, TimeSpan.FromSeconds(30), warn)
    {
    }

    /// <summary>The same with another deadline.</summary>
    internal GitHubApi(GitHubSettings settings, TimeProvider time, TimeSpan deadline, Action<string>? warn = null)
    {
        Address = BaseAddress(settings.ApiUrl);
        _time = time;
        _deadline = deadline;
        _credentials = settings.Credentials;
        _app = new GitHubApp(_credentials, Address.Authority, warn ?? (_ => { }), time);
        _proxy = new Lazy<HttpProxy?>(() => settings.Proxies.Find(Address));
        _http = new Lazy<HttpClientAdapter>(() => Connect(_proxy.Value));
    }

    /// <summary>The address that paths are relative to; ends in a slash.</summary>
    public Uri Address { get; }

    /// <summary>We are an App there.</summary>
    public bool IsApp => _credentials.IsApp;

    /// <summary>
    /// The address that <c>repos/…</c> is relative to. A server without a path is GitHub Enterprise Server, whose API lies under
    /// <c>/api/v3/</c>, unless its name begins with <c>api.</c>: then it is the API's own host, as of github.com and of ghe.com.
    /// </summary>
    public static Uri BaseAddress(Uri url)
    {
        if (url.Host is PublicHost or "www." + PublicHost)
        {
            return PublicApi;
        }

        if (url.AbsolutePath == "/")
        {
            return url.Host.StartsWith("api.", StringComparison.Ordinal) ? url : new Uri(url, "/api/v3/");
        }

        return url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + '/');
    }

    /// <summary>Why no call can be made from this process, and the remedy; null where nothing is known.</summary>
    public string? FindFault()
    {
        try
        {
            var proxy = _proxy.Value;
            return (Address.Scheme == Uri.UriSchemeHttps || _credentials.IsApp || proxy?.Address.Scheme == Uri.UriSchemeHttps) && !OpenSsl.IsInstalled
                ? $"{Address.Authority} is asked over TLS, or as an App, and {OpenSsl.Remedy}"
                : null;
        }
        catch (ConfigurationException error)
        {
            return error.Message;
        }
    }

    public void Dispose()
    {
        _writes.Dispose();
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    /// <summary>Makes a call.</summary>
    /// <param name="subject">Whom the call is for; messages begin with it.</param>
    /// <param name="scope">What it is about.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <exception cref="HostException">The call failed.</exception>
    public Task<T> CallAsync<T>(
        string subject, GitHubScope scope, Func<IConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken) => CallAsync(
        subject,
        scope,
        async (connect, token) => await call(connect(IsApp ? await _app.TokenAsync(connect, scope, token) : _credentials.Read()), token),
        cancellationToken);

    /// <summary>Asks who we are.</summary>
    /// <param name="scope">What is to be asked for; an App is somebody else for each owner.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <exception cref="HostException">The call failed.</exception>
    public Task<GitHubIdentity> IdentifyAsync(GitHubScope scope, CancellationToken cancellationToken) => CallAsync(
        $"{scope}",
        scope,
        async (connect, token) => IsApp
            ? await GitHubIdentity.OfInstallationAsync(
                await _app.FindAsync(connect, scope, token), scope, connect(await _app.TokenAsync(connect, scope, token)), _time, token)
            : await GitHubIdentity.OfTokenAsync(connect(_credentials.Read()), _time, token),
        cancellationToken);

    private async Task<T> CallAsync<T>(
        string subject, GitHubScope scope, Func<Func<Secret, IConnection>, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (FindFault() is { } fault)
        {
            throw new HostException(HostProblem.ServiceUnavailable, $"{subject}: {fault}");
        }

        using var deadline = new CancellationTokenSource(_deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var requests = new CallRequests(_http.Value, _writes, _time, _deadline, either.Token);
            return await call(Connect, either.Token);

            Connection Connect(Secret secret) =>
                new(new ProductHeaderValue("orchestrator"), Address, new InMemoryCredentialStore(new Credentials(secret.Reveal(), AuthenticationType.Bearer)), requests, new GitHubJson());
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (exception is not OrchestratorException)
        {
            if (exception is AuthorizationException)
            {
                _app.Forget(scope);
            }

            // Whatever it is: an HTTP library and a JSON reader between us and a network have many ways to fail.
            throw GitHubFailure.Explain(exception, subject, scope, _credentials, Address, _proxy.Value, _deadline, _time.GetUtcNow());
        }
    }

    private static HttpClientAdapter Connect(HttpProxy? proxy) => new(() =>
    {
        var handler = new HttpRoute(_ => proxy).Open();
        handler.AutomaticDecompression = System.Net.DecompressionMethods.All;
        return new SameOriginRedirects(handler);
    });
}
