using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Cli;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Output;

namespace Orchestrator.Tests.Cli;

public sealed class SessionTests
{
    [Fact]
    public async Task A_service_that_had_not_begun_when_the_program_was_asked_to_end_is_no_failure()
    {
        var invocation = new Invocation(new RootCommand { SharedOptions.Verbose }.Parse([]), new Terminal(), CompositionRoot.Drivers);
        using var session = Session.Compose(
            invocation, new HostSettings(CompositionRoot.Drivers), builder => builder.Services.AddHostedService<NeverBegun>());

        await session.ServeAsync(TestContext.Current.CancellationToken);
    }

    // As on a host so busy that its turn does not come.
    private sealed class NeverBegun(IHostApplicationLifetime lifetime) : BackgroundService
    {
        public override Task? ExecuteTask { get; } = Task.FromCanceled(new CancellationToken(canceled: true));

        public override Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
            return Task.CompletedTask;
        }

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
