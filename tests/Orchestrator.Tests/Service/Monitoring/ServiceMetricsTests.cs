using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Tests.Configuration;

namespace Orchestrator.Tests.Service.Monitoring;

public sealed partial class ServiceMetricsTests : IDisposable
{
    private readonly MetricsFixture _fixture = new();

    private string[] Lines => _fixture.Metrics.Write().Split('\n');

    [Theory]
    [InlineData("""orchestrator_runs_started_total{name="vm-1"} 1""")]
    [InlineData("""orchestrator_runs_adopted_total{name="vm-1"} 0""")]
    [InlineData("""orchestrator_runs_adopted_total{name="vm-2"} 1""")]
    [InlineData("""orchestrator_runs_ended_total{name="vm-1",reason="guest-shutdown"} 1""")]
    [InlineData("""orchestrator_runs_ended_total{name="vm-1",reason="time-limit"} 1""")]
    [InlineData("""orchestrator_runs_ended_total{name="vm-2",reason="failed"} 1""")]
    [InlineData("""orchestrator_run_failures_total{name="vm-2"} 1""")]
    [InlineData("""orchestrator_backoff_seconds_total{name="vm-2"} 1.5""")]
    [InlineData("""orchestrator_instance_failures_in_a_row{name="vm-2"} 1""")]
    [InlineData("""orchestrator_instances{state="running"} 1""")]
    [InlineData("""orchestrator_instances{state="backing-off"} 1""")]
    [InlineData("""orchestrator_instances{state="waiting"} 1""")]
    [InlineData("""orchestrator_instances{state="idle"} 0""")]
    [InlineData("orchestrator_machines_running 1")]
    [InlineData("""orchestrator_guests{state="busy"} 1""")]
    [InlineData("""orchestrator_guests{state="idle"} 0""")]
    [InlineData("""orchestrator_guests{state="silent"} 0""")]
    [InlineData("""orchestrator_jobs_total{name="vm-1",result="succeeded"} 1""")]
    [InlineData("""orchestrator_jobs_total{name="vm-1",result="other"} 1""")]
    [InlineData("""orchestrator_committed_bytes{resource="memory"} 9663676416""")]
    [InlineData("""orchestrator_capacity_bytes{resource="disk"} 1073741824000""")]
    [InlineData("""orchestrator_reloads_total{result="refused"} 1""")]
    [InlineData("orchestrator_last_reload_successful 0")]
    [InlineData("""orchestrator_run_seconds_bucket{le="60"} 0""")]
    [InlineData("""orchestrator_run_seconds_bucket{le="300"} 2""")]
    [InlineData("""orchestrator_run_seconds_bucket{le="+Inf"} 2""")]
    [InlineData("orchestrator_run_seconds_sum 200")]
    [InlineData("""orchestrator_run_phase_seconds_bucket{phase="boot",le="2.5"} 0""")]
    [InlineData("""orchestrator_run_phase_seconds_bucket{phase="boot",le="5"} 2""")]
    [InlineData("""orchestrator_run_phase_seconds_count{phase="remove-configuration"} 2""")]
    [InlineData("orchestrator_state_directory_bytes 8192")]
    [InlineData("orchestrator_leases_owed 2")]
    public void What_happened_is_counted(string line) => Assert.Contains(line, Lines);

    [Fact]
    public void A_state_directory_that_is_gone_takes_no_known_room()
    {
        Directory.Move(_fixture.StateDirectory, _fixture.StateDirectory + "-moved");
        try
        {
            Assert.Contains("orchestrator_state_directory_bytes NaN", Lines);
        }
        finally
        {
            Directory.Move(_fixture.StateDirectory + "-moved", _fixture.StateDirectory);
        }
    }

    [Fact]
    public void Every_metric_has_a_help_a_type_and_values_of_its_own_and_no_line_comes_twice()
    {
        var helped = Lines.Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        var typed = Lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();

        Assert.Equal(helped, typed);
        Assert.Distinct(helped);
        Assert.Distinct(Lines.Where(line => !line.StartsWith('#') && line.Length > 0).Select(line => line.Split(' ')[0]));
        Assert.All(Lines.Where(line => !line.StartsWith('#') && line.Length > 0), line => Assert.Matches(Sample(), line));
    }

    [Fact]
    public void The_dashboard_shows_every_metric_by_its_name_and_no_other()
    {
        var dashboard = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "packaging", "grafana-dashboard.json"));
        var expressions = new List<string>();
        using var document = JsonDocument.Parse(dashboard);
        foreach (var panel in document.RootElement.GetProperty("panels").EnumerateArray())
        {
            expressions.AddRange(panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!));
        }

        var shown = expressions.SelectMany(expression => Name().Matches(expression).Select(match => match.Value)).ToHashSet();
        var told = Lines.Where(line => !line.StartsWith('#') && line.Length > 0).Select(line => line.Split('{', ' ')[0]).ToHashSet();
        Assert.Subset(told, shown);
        Assert.Equal(told.Select(Family).Distinct().Order(), shown.Select(Family).Distinct().Order());
    }

    // A histogram is told as three.
    private static string Family(string name) => Part().Replace(name, "");

    public void Dispose() => _fixture.Dispose();

    [GeneratedRegex("(?<=_seconds)_(bucket|sum|count)$")]
    private static partial Regex Part();

    [GeneratedRegex("(orchestrator|process)_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("""^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? ([0-9.E+-]+|\+Inf|NaN)$""")]
    private static partial Regex Sample();
}
