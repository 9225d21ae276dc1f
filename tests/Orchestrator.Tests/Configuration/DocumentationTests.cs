using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

public sealed class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md"));

    [Fact]
    public void Every_key_of_an_instance_has_its_row() => Assert.All(
        InstanceKeys.All,
        key => Assert.Contains($"\n| `{key.Name}` | {(key.IsRequired ? "yes" : "no")} |", Document, StringComparison.Ordinal));

    [Fact]
    public void Every_setting_has_its_row_with_its_variable() => Assert.All(
        SettingKeys.All,
        key => Assert.Contains($"\n| `{key.Name}` | `{key.Variable}` |", Document, StringComparison.Ordinal));
}
