using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Drivers.Fake;

namespace Orchestrator.Conformance.Fake;

/// <summary>
/// Does what the tiny guest does, in its words, as far as the conformance suite asks for it: images/tiny/guest/plan as a script.
/// </summary>
internal static class ScriptedTinyGuest
{
    private const int SectorBytes = 2048;

    private static readonly TimeSpan BootTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Lives a guest's life.</summary>
    public static async Task LiveAsync(FakeGuest guest)
    {
        await BootAsync(guest);
        guest.Print($"guest: root disk: {guest.Spec.Machine.RootDiskBytes >> 20} MiB");
        if (FindDocument(guest.ReadMedium()) is not { } document)
        {
            guest.Print("guest: no configuration medium");
            guest.ShutDown();
            return;
        }

        using var json = JsonDocument.Parse(document);
        var tiny = json.RootElement.GetProperty("config").GetProperty("tiny");
        guest.Print($"guest: configuration read: name={json.RootElement.GetProperty("name").GetString()}");
        guest.Print($"guest: instance.json base64 {Convert.ToBase64String(document)}");
        if (tiny.GetProperty("read-as-user").GetBoolean())
        {
            guest.Print($"guest: mounted with -o ro: manage reads sha256={Convert.ToHexStringLower(SHA256.HashData(document))}");
        }

        if (tiny.GetProperty("race").GetInt32() is > 0 and var reads)
        {
            await RaceAsync(guest, reads);
        }
        else if (tiny.GetProperty("eject").GetBoolean())
        {
            guest.OpenTray();
            guest.Print("guest: ejected");
        }

        await SayAsync(guest, tiny.GetProperty("say"), tiny.GetProperty("say-flood").GetBoolean());
        UseShared(guest, tiny.GetProperty("shared").GetString()!);
        await FinishAsync(guest, tiny.GetProperty("finish").GetString(), tiny.GetProperty("ignore-power-button").GetBoolean());
    }

    private static async Task SayAsync(FakeGuest guest, JsonElement lines, bool flood)
    {
        foreach (var line in lines.EnumerateArray().Select(line => line.GetString()!))
        {
            if (int.TryParse(line, CultureInfo.InvariantCulture, out var seconds))
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds));
            }
            else
            {
                guest.Say(line);
            }
        }

        for (var number = 0; flood && number < 1000; number++)
        {
            guest.Say("""{"event":"status","text":"flood"}""");
        }
    }

    private static void UseShared(FakeGuest guest, string tag)
    {
        if (guest.Spec.Machine.Mounts.FirstOrDefault(mount => mount.Tag == tag) is { } mount)
        {
            foreach (var file in Directory.GetFiles(mount.Source).Order(StringComparer.Ordinal))
            {
                guest.Print($"guest: shared {tag}: {Path.GetFileName(file)} sha256={Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}");
            }

            guest.Print($"guest: shared {tag}: no rm file: Read-only file system");
        }
    }

    private static async Task BootAsync(FakeGuest guest)
    {
        await Task.Delay(BootTime);
        guest.Print("guest: up in 0.2s");
    }

    private static async Task FinishAsync(FakeGuest guest, string? how, bool ignoresPowerButton)
    {
        switch (how)
        {
            case "panic":
                guest.Print("guest: panicking");
                guest.Panic();
                break;
            case "reboot":
                guest.Print("guest: rebooting");
                guest.Reboot();
                await BootAsync(guest);
                guest.Print("guest: booted again after a reboot");
                if (guest.ReadMedium() is not null)
                {
                    guest.Print("guest: medium still there after the reboot");
                }

                guest.ShutDown();
                break;
            case "hang":
                guest.Print("guest: hanging");
                while (await Task.WhenAny(guest.NextPressAsync(), guest.Over) != guest.Over && ignoresPowerButton)
                {
                    guest.Print("guest: power button ignored");
                }

                guest.Print("guest: power button pressed");
                guest.ShutDown();
                break;
            default:
                guest.ShutDown();
                break;
        }
    }

    private static async Task RaceAsync(FakeGuest guest, int reads)
    {
        var start = TimeProvider.System.GetTimestamp();
        var (tries, succeeded, failed, last) = (0, 0, 0, TimeSpan.Zero);
        while (failed < reads && !guest.Over.IsCompleted)
        {
            guest.OpenTray();
            guest.CloseTray();
            tries++;
            if (guest.ReadMedium() is null)
            {
                failed++;
            }
            else
            {
                (failed, last) = (0, TimeProvider.System.GetElapsedTime(start));
                succeeded++;
                await Task.Yield();
            }
        }

        guest.Print(string.Create(
            CultureInfo.InvariantCulture,
            $"guest: race: tries={tries} reads-succeeded={succeeded} last-success-ms={last.TotalMilliseconds:F1} "
            + $"failed-in-a-row={failed}"));
    }

    /// <summary>
    /// The one file on the medium: it begins a sector with a brace and is filled up with zeros; nothing else on a medium does.
    /// </summary>
    private static byte[]? FindDocument(byte[]? medium)
    {
        for (var offset = 0; offset < medium?.Length; offset += SectorBytes)
        {
            if (medium[offset] == '{')
            {
                var rest = medium.AsSpan(offset);
                var end = rest.IndexOf((byte)0);
                return (end < 0 ? rest : rest[..end]).ToArray();
            }
        }

        return null;
    }
}
