using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Tests;

public sealed class SendBufferTests
{
    [Fact]
    public void A_socket_holds_what_was_sent_and_not_received_yet_up_to_the_bound_that_it_was_given()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "more than net.core.wmem_max is root's to give");
        var (one, other) = Libc.SocketPair();
        using (one)
        using (other)
        {
            Assert.True(Held(one) < 1 << 20);
            Libc.HoldUnreceived(other, 8 << 20);
            Assert.True(Held(other) >= 4 << 20);
        }
    }

    private static int Held(SafeFileHandle end)
    {
        using var socket = new Socket(new SafeSocketHandle(end.DangerousGetHandle(), ownsHandle: false)) { Blocking = false };
        var (block, held) = (new byte[1500], 0);
        while (true)
        {
            var sent = socket.Send(block, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return held;
            }

            held += sent;
        }
    }
}
