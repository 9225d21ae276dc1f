using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Drivers;

namespace Orchestrator.Cli;

/// <summary>Options that every command takes.</summary>
internal static class SharedOptions
{
    private const string Driver = "--driver";

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

    /// <summary>A file of host settings.</summary>
    public static Option<string?> Settings { get; } = new("--settings")
    {
        Description = "A file of host settings, in place of the orchestrator.json beside the instances",
        HelpName = "PATH",
        Recursive = true,
        Validators = { RefuseEmpty },
    };

    /// <summary>Where runs live.</summary>
    public static Option<string?> StateDirectory { get; } = Setting("--state-dir", "Where runs live", "PATH");

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
    /// <param name="drivers">The drivers there are.</param>
    public static IReadOnlyList<Option> For(IReadOnlyList<DriverRegistration> drivers) =>
    [
        File,
        Settings,
        StateDirectory,
        Setting(
            Driver,
            $"The hypervisor driver, for every instance: {string.Join(", ", drivers.Select(driver => $"{driver.Name} ({driver.Summary})"))}",
            "NAME",
            [.. drivers.Select(driver => driver.Name)]),
        Accelerator,
        Verbose,
    ];

    /// <summary>The settings that were given as options, by their names in docs/configuration.md.</summary>
    public static Dictionary<string, string> SettingsOf(ParseResult command)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("state-directory", StateDirectory.Name);
        Add("accelerator", Accelerator.Name);
        Add("driver", Driver);
        return settings;

        void Add(string name, string option)
        {
            if (command.GetValue<string?>(option) is { } value)
            {
                settings[name] = value;
            }
        }
    }

    /// <summary>The instances file, if the user named it: a command that needs none reads nothing of the working directory.</summary>
    public static string? NamedFile(ParseResult command) => command.GetResult(File) is { Implicit: false } ? command.GetValue(File) : null;

    // A script's variable that is not set, quoted: "--file", "".
    private static void RefuseEmpty(OptionResult option)
    {
        if (option.Tokens is [{ Value: "" }])
        {
            option.AddError($"{option.Option.Name}: the file's name is empty");
        }
    }

    private static Option<string?> Setting(string name, string description, string value, params string[] completions)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = value, Recursive = true };
        option.CompletionSources.Add(completions);
        return option;
    }
}
