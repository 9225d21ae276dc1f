using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Libvirt.Daemon;

/// <summary>
/// A daemon that runs as a child in the foreground and says when it is ready as it would say to systemd (sd_notify(3)), so nothing polls.
/// </summary>
internal sealed partial class DaemonProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _name;

    private DaemonProcess(Process process, string name)
    {
        _process = process;
        _name = name;
    }

    public int Id => _process.Id;

    /// <summary>Starts it and returns once it serves.</summary>
    public static async Task<DaemonProcess> StartAsync(ProcessStartInfo start, string name, string notifySocket, CancellationToken cancellationToken)
    {
        File.Delete(notifySocket);
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notify.Bind(new UnixDomainSocketEndPoint(notifySocket));
        start.Environment["NOTIFY_SOCKET"] = notifySocket;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;

        var complaints = new StringBuilder();
        var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => complaints.AppendLine(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var daemon = new DaemonProcess(process, name);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            var exit = process.WaitForExitAsync(limit.Token);
            var ready = ReadReadyAsync(notify, limit.Token);
            if (await Task.WhenAny(exit, ready) == exit && !limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{name} exited with {process.ExitCode}: {complaints.ToString().Trim()}");
            }

            await ready;
            return daemon;
        }
        catch
        {
            await daemon.KillAsync();
            daemon.Dispose();
            throw;
        }
    }

    /// <summary>SIGTERM, and until it is gone; SIGKILL if it does not go.</summary>
    public async Task StopAsync()
    {
        Signal(Terminate);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    /// <summary>SIGKILL, and until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public void Freeze() => Signal(Stop);

    public void Thaw() => Signal(Continue);

    public void Dispose() => _process.Dispose();

    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private static async Task ReadReadyAsync(Socket notify, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        while (true)
        {
            var count = await notify.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (Encoding.UTF8.GetString(buffer, 0, count).Split('\n').Contains("READY=1"))
            {
                return;
            }
        }
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{_name} cannot be signalled.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
