using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Images;
using Orchestrator.Linux;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator image info</c>: what is known of a base image.</summary>
/// <param name="names">Completes images' names.</param>
internal sealed class ImageInfoCommand(ImageNames names) : ICliCommand
{
    private readonly Argument<string> _what = new("NAME|PATH") { Description = "An image that was fetched, by its name or digest, or any by its path", HelpName = "NAME|PATH" };

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object" };

    public Command Describe()
    {
        _what.CompletionSources.Add(names.CompleteFetched);
        return new Command("info", "Say what is known of a base image, and warn of an old runner in it") { _what, _json };
    }

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var what = command.GetRequiredValue(_what);
        var cached = session.ExistingState is null ? null
            : what.Contains('/', StringComparison.Ordinal) ? session.ImageCache.FindAt(Path.GetFullPath(what))
            : ImageNames.FindOne(what, session.ImageCache);
        if (cached is null && !File.Exists(what))
        {
            throw new ConfigurationException($"{what}: no image of that name or digest was fetched, and there is no such file: 'orchestrator image list' lists those that were");
        }

        var path = cached?.Path ?? Path.GetFullPath(what);
        var inspected = BaseImage.Inspect(path);
        var sidecar = ImageSidecar.Read(path, out var problem);
        var now = session.Time.GetUtcNow();
        foreach (var warning in new[] { problem, sidecar?.FindAgedRunner(cached?.Name ?? what, now) ?? cached?.FindAgedRunner(released: null, now) }.OfType<string>())
        {
            terminal.Warning(warning);
        }

        terminal.Result(command.GetValue(_json) ? ToJson(cached, inspected, sidecar) : string.Join('\n', ToText(cached, inspected, sidecar, now)));
        return Task.FromResult(ExitCode.Success);
    }

    private static IEnumerable<string> ToText(CachedImage? cached, BaseImage inspected, ImageSidecar? sidecar, DateTimeOffset now)
    {
        List<(string Name, string? Value)> rows =
        [
            ("name", cached?.Name),
            ("path", inspected.Path),
            ("digest", cached is null ? null : $"sha256:{cached.Digest}"),
            ("source", cached?.Note.Source?.AbsoluteUri),
            ("format", cached is null ? "qcow2" : $"qcow2, published as {cached.Note.Format}"),
            ("size", $"{new ByteSize(Libc.AllocatedBytes(inspected.Path))} on the disk, a disk of {new ByteSize(inspected.VirtualSize)}"),
            ("fetched", Ago(cached?.Note.Fetched, now)),
            ("made", Ago(sidecar?.Made, now)),
            ("variant", sidecar?.Variant),
            ("arch", sidecar?.Arch),
            ("release", sidecar?.Release),
            ("inputs", sidecar?.Inputs),
            ("runner", sidecar?.Runner is { } runner ? $"{runner}{(runner.Released is null ? "" : $", released {Ago(runner.Released, now)}")}"
                : cached?.Note.Released is { } day ? $"released {DayKind.TextOf(day)}"
                : null),
        ];
        return rows.Where(row => row.Value is not null).Select(row => Terminal.Harmless($"{row.Name + ':',-9}{row.Value}"));
    }

    private static string? Ago(DateTimeOffset? time, DateTimeOffset now) => time is { } known ? $"{known.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {HumanTime.Of(now - known)} ago" : null;

    private static string ToJson(CachedImage? cached, BaseImage inspected, ImageSidecar? sidecar) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        if (cached is not null)
        {
            ImageText.WriteCached(json, cached);
        }
        else
        {
            json.WriteString("path", inspected.Path);
            json.WriteString("format", "qcow2");
            json.WriteNumber("disk-bytes", Libc.AllocatedBytes(inspected.Path));
            json.WriteNumber("virtual-bytes", inspected.VirtualSize);
        }

        if (sidecar is not null)
        {
            json.WritePropertyName("sidecar");
            json.WriteRawValue(sidecar.ToUtf8Json());
        }

        json.WriteEndObject();
    });
}
