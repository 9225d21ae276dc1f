using Orchestrator.Composition;
using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

/// <summary>The tables in docs/configuration.md are those that the program goes by.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void The_table_of_instances_keys_is_current() => RequireTable(
        ["key", "required", "meaning", "value"],
        InstanceKeys.For(CompositionRoot.Drivers)
            .Select(key => (string[])[$"`{key.Name}`", !key.IsRequired ? "no" : key.Section.Length == 0 ? "yes" : $"in `{key.Section}`", key.Description, key.Expectation]));

    [Fact]
    public void The_table_of_settings_is_current() => RequireTable(
        ["setting", "environment", "meaning", "value", "default", "protected"],
        SettingKeys.For(CompositionRoot.Drivers).Select(key => (string[])
        [
            $"`{key.Name}`", $"`{SettingKeys.VariableOf(key)}`", key.Description, key.Expectation, key.Default is null ? "" : $"`{key.Default}`",
            key.IsProtected ? "yes" : "",
        ]));

    [Fact]
    public void A_default_that_is_told_is_the_one_that_holds() => Assert.All(
        SettingKeys.For(CompositionRoot.Drivers).Where(key => key.Default is not null),
        key =>
        {
            var defaults = new HostSettings(CompositionRoot.Drivers);
            var draft = new SettingsDraft(defaults);

            Assert.Null(key.Read(SourceValue.Untyped(key.Default!), draft));
            Assert.Equal(defaults, draft.Settings);
            Assert.Equal(defaults.DriverSettings, draft.DriverSettings);
        });

    private static void RequireTable(string[] head, IEnumerable<string[]> rows)
    {
        var table = string.Concat(rows.Prepend([.. head.Select(_ => "---")]).Prepend(head).Select(row => $"| {string.Join(" | ", row)} |\n"));
        if (!File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md")).Contains($"\n\n{table}\n", StringComparison.Ordinal))
        {
            Assert.Fail($"docs/configuration.md has not this table:\n{table}");
        }
    }
}
