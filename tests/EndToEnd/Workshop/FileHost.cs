using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// Serves files as their publishers do: with a length, a version (ETag), and parts of them for whoever asks for the rest of the same version. It can be told to cut the
/// next answer off, to hold it, or to send whoever asks elsewhere.
/// </summary>
public sealed class FileHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _redirects = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? _cutAfter;
    private int? _holdAfter;

    private readonly X509Certificate2? _certificate;

    /// <summary>By http.</summary>
    public FileHost()
        : this(null)
    {
    }

    private FileHost(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it is, without a slash at its end.</summary>
    public string Address => $"{(_certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}";

    /// <summary>What was asked for: <c>/x.qcow2</c>, or <c>/x.qcow2 bytes=5-</c> for the rest of it.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_lock)
            {
                return [.. _asked];
            }
        }
    }

    /// <summary>Says how long files are; otherwise they end when the connection does.</summary>
    public bool TellsLengths { get; set; } = true;

    /// <summary>The version of all files.</summary>
    public string Version { get; set; } = "1";

    /// <summary>By https, with a certificate that a workbench's programs trust, and nobody else.</summary>
    public static FileHost OpenSecure(Workbench bench)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=files", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(bench.PathOf("trusted.pem"), certificate.ExportCertificatePem());
        bench.Environment["SSL_CERT_FILE"] = bench.PathOf("trusted.pem"); // OpenSSL's variable, which .NET goes by
        return new FileHost(certificate);
    }

    /// <summary>Waits until an answer is held.</summary>
    public async Task HeldAsync() => await _held.Task.WaitAsync(ProcessControl.Patience, TestContext.Current.CancellationToken);

    /// <summary>Serves a file.</summary>
    /// <returns>Its URL.</returns>
    public string Serve(string name, byte[] content)
    {
        lock (_lock)
        {
            _files['/' + name] = content;
        }

        return $"{Address}/{name}";
    }

    /// <summary>Sends whoever asks for a file elsewhere.</summary>
    /// <returns>The file's URL.</returns>
    public string Redirect(string name, string target)
    {
        lock (_lock)
        {
            _redirects['/' + name] = target;
        }

        return $"{Address}/{name}";
    }

    /// <summary>Cuts the next answer off after so many bytes of the file.</summary>
    public void CutAfter(int bytes) => _cutAfter = bytes;

    /// <summary>Holds the next answer after so many bytes of the file.</summary>
    public void HoldAfter(int bytes)
    {
        _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _holdAfter = bytes;
    }

    /// <summary>Goes on with it.</summary>
    public void Release() => _released.TrySetResult();

    public void Dispose()
    {
        Release();
        _listener.Dispose();
        _certificate?.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await OpenAsync(client);
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var path = (await reader.ReadLineAsync())?.Split(' ')[1];
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                {
                    headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }

                if (path is not null)
                {
                    await AnswerAsync(stream, path, headers);
                }
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or AuthenticationException)
            {
                // Who asked has gone, or does not trust us.
            }
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(_certificate);
        return secure;
    }

    private async Task AnswerAsync(Stream stream, string path, Dictionary<string, string> headers)
    {
        byte[]? file;
        string? target;
        lock (_lock)
        {
            _asked.Add(headers.TryGetValue("Range", out var wanted) ? $"{path} {wanted}" : path);
            file = _files.GetValueOrDefault(path);
            target = _redirects.GetValueOrDefault(path);
        }

        if (file is null)
        {
            await SayAsync(stream, target is null ? "404 Not Found" : $"302 Found\r\nLocation: {target}", 0);
            return;
        }

        var from = headers.TryGetValue("Range", out var range) && headers.GetValueOrDefault("If-Range") == $"\"{Version}\""
            ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
            : 0;
        await SayAsync(
            stream,
            $"{(from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}" : "200 OK")}\r\nETag: \"{Version}\"",
            TellsLengths ? file.Length - from : null);
        var end = file.Length;
        if (_cutAfter is { } cut)
        {
            (_cutAfter, end) = (null, Math.Min(end, cut));
        }

        if (_holdAfter is { } hold)
        {
            _holdAfter = null;
            await stream.WriteAsync(file.AsMemory(from, hold - from));
            from = hold;
            _held.TrySetResult();
            await _released.Task;
        }

        await stream.WriteAsync(file.AsMemory(from, Math.Max(0, end - from)));
    }

    private static async Task SayAsync(Stream stream, string status, int? length) => await stream.WriteAsync(
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\n{(length is null ? "" : $"Content-Length: {length}\r\n")}\r\n"));
}
