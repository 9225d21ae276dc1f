using System.CommandLine;
using System.CommandLine.Parsing;

namespace Orchestrator.Cli;

/// <summary>Options that every command takes.</summary>
internal static class SharedOptions
{
    /// <summary>The instances file where none is named.</summary>
    public const string DefaultFile = "instances.json";

    /// <summary>The instances file.</summary>
    public static Option<string> File { get; } = new("--file")
    {
        Description = "The file that describes the instances",
        DefaultValueFactory = _ => DefaultFile,
        HelpName = "PATH",
        Recursive = true,
        Validators = { RefuseEmpty },
    };

    /// <summary>Where runs live.</summary>
    public static Option<string?> StateDirectory { get; } = Setting("--state-dir", "Where runs live", "PATH");

    /// <summary>The driver.</summary>
    public static Option<string?> Driver { get; } = Setting("--driver", "The hypervisor driver: qemu or libvirt", "NAME", "qemu", "libvirt");

    /// <summary>The accelerator.</summary>
    public static Option<string?> Accelerator { get; } =
        Setting("--accelerator", "How guest code is run: auto, kvm or tcg", "NAME", "auto", "kvm", "tcg");

    /// <summary>More to read when something is odd.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Say more, stack traces included",
        Recursive = true,
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [File, StateDirectory, Driver, Accelerator, Verbose];

    /// <summary>The settings that were given as options, by their names in <see cref="Configuration.HostSettings.Names"/>.</summary>
    public static Dictionary<string, string> SettingsOf(ParseResult command)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("state-directory", StateDirectory);
        Add("accelerator", Accelerator);
        Add("driver", Driver);
        return settings;

        void Add(string name, Option<string?> option)
        {
            if (command.GetValue(option) is { } value)
            {
                settings[name] = value;
            }
        }
    }

    // A script's variable that is not set, quoted: "--file", "".
    private static void RefuseEmpty(OptionResult option)
    {
        if (option.Tokens is [{ Value: "" }])
        {
            option.AddError("--file: the file's name is empty");
        }
    }

    private static Option<string?> Setting(string name, string description, string value, params string[] completions)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = value, Recursive = true };
        option.CompletionSources.Add(completions);
        return option;
    }
}
