using System.Net;
using System.Text;
using Orchestrator.Configuration;

namespace Orchestrator.Service.Monitoring;

/// <summary>What is answered to a request at the monitoring address: <c>GET /metrics</c>, <c>GET /healthz</c>, and nothing else.</summary>
/// <param name="settings">Where the service listens, and under which names.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="health">The health.</param>
internal sealed class MonitoringAnswers(UpSettings settings, ServiceMetrics metrics, IHealth health)
{
    private const string Text = "text/plain; charset=utf-8";
    private const string Exposition = "text/plain; version=0.0.4; charset=utf-8";

    // Whoever asks for any other name may be a browser that was led here by a stranger's DNS, and gives the answer to the stranger's page.
    private readonly HashSet<string> _names =
        new([.. settings.ListenNames, "localhost", Dns.GetHostName(), Environment.MachineName], StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers.</summary>
    /// <param name="head">The request's head; null: none that is understood.</param>
    /// <param name="cancellationToken">Whoever asked does not wait any longer.</param>
    public async Task<byte[]> AnswerAsync(string? head, CancellationToken cancellationToken)
    {
        string answer;
        try
        {
            answer = await AnswerOrFailAsync(head, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            answer = Response("500 Internal Server Error", Text, $"{error.Message}\n", body: true);
        }

        return Encoding.UTF8.GetBytes(answer);
    }

    private async Task<string> AnswerOrFailAsync(string? head, CancellationToken cancellationToken)
    {
        var lines = head?.Split("\r\n") ?? [];
        if (lines is not [var line, .. var fields] || line.Split(' ') is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return Response("400 Bad Request", Text, "not a request that is understood here\n", body: true);
        }

        // A server has to take the absolute form too, which is a proxy's, and its host before the field's: RFC 9112 3.2.2.
        var whole = !target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        var host = whole?.Host ?? HostOf(fields);
        if (settings.Listen is IPEndPoint && host is not null && !IPAddress.TryParse(host, out _) && !_names.Contains(host))
        {
            return Response(
                "421 Misdirected Request", Text, "not a name of this address: ask by IP address, or list the name in up.listen-names\n", body: true);
        }

        if (method is not ("GET" or "HEAD"))
        {
            return Response("405 Method Not Allowed", Text, "only GET\n", body: true, "Allow: GET, HEAD\r\n");
        }

        var body = method == "GET";
        switch (whole?.AbsolutePath ?? target.Split('?')[0])
        {
            case "/metrics":
                return Response("200 OK", Exposition, metrics.Write(), body);
            case "/healthz":
                var failure = await health.CheckAsync(cancellationToken);
                return failure is null ? Response("200 OK", Text, "ok\n", body) : Response("503 Service Unavailable", Text, failure + '\n', body);
            default:
                return Response("404 Not Found", Text, "there are /metrics and /healthz\n", body);
        }
    }

    /// <returns>The host that a request is for, without its port; null where it names none, which no browser does.</returns>
    private static string? HostOf(string[] fields)
    {
        const string name = "Host:";
        var value = fields.FirstOrDefault(field => field.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[name.Length..].Trim();
        return value is null ? null : value.StartsWith('[') ? value[..(value.IndexOf(']', StringComparison.Ordinal) + 1)] : value.Split(':')[0];
    }

    private static string Response(string status, string type, string content, bool body, string more = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n"
        + $"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{more}Connection: close\r\n\r\n{(body ? content : "")}";
}
