using System.Collections.Concurrent;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Service.Running;

/// <summary>
/// Gives back, beside everything else, what runs hold elsewhere that are over: again and again, in ever longer pauses, until it is held no longer. What is
/// left when the service ends is on file for the next one.
/// </summary>
internal sealed class LeaseRetries : IDisposable
{
    /// <summary>The first pause after a failure; each is twice as long as the one before.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    /// <summary>The longest one.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly LeaseReturn _leases;
    private readonly ServiceReports _reports;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, bool> _begun = [];
    private readonly SemaphoreSlim _turn = new(1); // whoever leases something to many runs likes one request at a time
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationToken _leaving;

    /// <summary>Takes care also of what the service's own runs cannot give back at their end.</summary>
    public LeaseRetries(LeaseReturn leases, ServiceReports reports, TimeProvider time)
    {
        (_leases, _reports, _time, _leaving) = (leases, reports, time, _over.Token);
        leases.Remained += Begin;
    }

    /// <summary>Gives back what a run holds that is over, and whose machine is. Returns at once.</summary>
    /// <param name="run">The run.</param>
    /// <param name="tried">It was tried in vain just now, and whoever is to know does.</param>
    public void Begin(VmId run, bool tried)
    {
        if (_begun.TryAdd(run, true))
        {
            _ = Task.Run(() => ReleaseAsync(run, tried));
        }
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _turn.Dispose();
    }

    private async Task ReleaseAsync(VmId run, bool tried)
    {
        try
        {
            var told = new Once(_reports, tried);
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (!tried)
                {
                    await TryAsync(run, told);
                }

                if (!_leases.Store.Holds(run))
                {
                    break;
                }

                tried = false;
                _leases.Store.NoteNextTry(run, _time.GetUtcNow() + pause);
                await Task.Delay(pause, _time, _leaving);
            }
        }
        catch (Exception) when (_leaving.IsCancellationRequested)
        {
            // It is the next service's.
        }

        _begun.TryRemove(run, out _);
    }

    private async Task TryAsync(VmId run, Once told)
    {
        await _turn.WaitAsync(_leaving);
        try
        {
            await _leases.ReleaseAsync([run], told, _leaving);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Tells of what is released, and once of what is not.
    private sealed class Once(ServiceReports reports, bool told) : ILeaseObserver
    {
        private readonly ServiceSweepObserver _observer = new(reports);
        private bool _told = told;

        public void Released(VmId run, Lease lease) => _observer.Released(run, lease);

        public void NotReleased(VmId run, string what, string why)
        {
            if (!_told)
            {
                _observer.NotReleased(run, what, why);
                _told = true;
            }
        }
    }
}
