using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>That what finds no secret would have found one.</summary>
public sealed class SecretSearchTests
{
    private readonly Canary _canary = new("canary", "\"<é", "\\/& >");

    public static TheoryData<string, string> Forms => new()
    {
        { "as it is", "UTF-8" },
        { "UTF-16", "UTF-16" },
        { "JSON", "UTF-8" },
        { "a string of JSON in JSON", "UTF-8" },
        { "XML", "UTF-8" },
        { "an address", "UTF-8" },
        { "base64", "base64" },
        { "base64 behind a byte", "base64" },
        { "base64 behind two bytes", "base64" },
        { "base64 of JSON in UTF-16", "base64 in UTF-16" },
        { "hexadecimal", "hexadecimal" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_is_found_in_a_file_in_whatever_form(string form, string found)
    {
        await using var bench = new Workbench();
        var file = bench.PathOf("file");
        await File.WriteAllBytesAsync(file, [.. new byte[1001], .. Written(form)], TestContext.Current.CancellationToken);

        Assert.Equal([new Trace("canary", file, found, 1)], new SecretSearch(new Canary("another"), _canary).InFiles(bench.Root));
    }

    [Fact]
    public async Task It_is_found_as_often_as_it_is_there_also_where_a_large_file_is_read_in_pieces()
    {
        await using var bench = new Workbench();
        var file = bench.PathOf("file");
        var secret = Encoding.UTF8.GetBytes(_canary.Value);
        var whole = new byte[20 << 20];
        foreach (var at in (int[])[0, (8 << 20) - 20, (8 << 20) + 100, 16 << 20, whole.Length - secret.Length])
        {
            secret.CopyTo(whole, at);
        }

        await File.WriteAllBytesAsync(file, whole, TestContext.Current.CancellationToken);

        Assert.Equal([new Trace("canary", file, "UTF-8", 5)], new SecretSearch(_canary).InFile(file));
    }

    [Fact]
    public async Task It_is_found_in_a_process_that_has_it_as_an_argument_in_its_environment_in_a_deleted_file_or_in_its_memory()
    {
        await using var bench = new Workbench();
        Canary[] canaries = [new("argument"), new("environment"), new("deleted"), new("memory")];
        await File.WriteAllTextAsync(bench.PathOf("deleted"), canaries[2].Value, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bench.PathOf("memory"), canaries[3].Value, TestContext.Current.CancellationToken);
        await bench.UseAsync("mkfifo", bench.PathOf("fifo"));
        bench.Environment["CANARY"] = canaries[1].Value;

        var program = bench.StartAny(
            "bash", "-c", "exec 5<deleted && rm deleted && read -r secret <memory; rm memory; echo ready; exec 6<>fifo; read -r -u 6 never; : \"$secret\"", "bash", canaries[0].Value);
        await program.OutputLineAsync("ready");
        var search = new SecretSearch(canaries);

        Assert.Equal(
            [new("argument", $"/proc/{program.Pid}/cmdline", "UTF-8", 1), new Trace("environment", $"/proc/{program.Pid}/environ", "UTF-8", 1)],
            search.InProcesses().Where(trace => trace.Place.Contains($"/{program.Pid}/", StringComparison.Ordinal)));
        Assert.Equal([new("deleted", $"/proc/{program.Pid}/fd/5", "UTF-8", 1)], search.InNamelessFiles());
        Assert.Contains(search.InMemory(program.Pid), trace => trace is { Canary: "memory", Form: "UTF-8" });
        Assert.DoesNotContain(search.InMemory(program.Pid), trace => trace.Canary == "deleted");
    }

    [Fact]
    public void It_is_found_in_memory_as_NET_has_texts()
    {
        var text = GC.AllocateArray<char>(_canary.Value.Length, pinned: true); // nothing moves it while it is looked for
        _canary.Value.CopyTo(text);

        Assert.Contains(new SecretSearch(_canary).InMemory(Environment.ProcessId), trace => trace.Form == "UTF-16");
        GC.KeepAlive(text);
    }

    [Fact]
    public void A_key_is_found_by_its_text_and_by_its_numbers()
    {
        using var key = RSA.Create(2048);
        var search = new SecretSearch(new Canary("key", key));

        Assert.Equal([new("key", "text", "UTF-8", 1)], search.InText("text", key.ExportRSAPrivateKeyPem()));
        Assert.Contains(search.InMemory(Environment.ProcessId), trace => trace.Form.StartsWith("a number", StringComparison.Ordinal));
    }

    private byte[] Written(string form) => form switch
    {
        "UTF-16" => Encoding.Unicode.GetBytes(_canary.Value),
        "JSON" => JsonSerializer.SerializeToUtf8Bytes(_canary.Value),
        "a string of JSON in JSON" => JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Serialize(_canary.Value)),
        "XML" => Encoding.UTF8.GetBytes(WebUtility.HtmlEncode(_canary.Value)),
        "an address" => Encoding.UTF8.GetBytes(Uri.EscapeDataString(_canary.Value)),
        "base64" => Base64(""),
        "base64 behind a byte" => Base64("x"),
        "base64 behind two bytes" => Base64("xy"),
        "base64 of JSON in UTF-16" => Encoding.Unicode.GetBytes(Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(_canary.Value))),
        "hexadecimal" => Encoding.UTF8.GetBytes(Convert.ToHexString(Encoding.UTF8.GetBytes(_canary.Value))),
        _ => Encoding.UTF8.GetBytes(_canary.Value),
    };

    private byte[] Base64(string before) => Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(before + _canary.Value)));
}
