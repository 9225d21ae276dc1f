using System.Runtime.InteropServices;

namespace Libvirt.Tests;

/// <summary>Alone, since it takes standard error away from the whole process.</summary>
[CollectionDefinition(nameof(SilenceTests), DisableParallelization = true)]
[Collection(nameof(SilenceTests))]
public sealed partial class SilenceTests
{
    [Fact]
    public void Errors_are_thrown_and_not_printed()
    {
        TestDriver.RequireLibvirt();

        var printed = StandardErrorOf(() =>
        {
            Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("nosuch:///"));
            using var connection = LibvirtConnection.Open(TestDriver.Uri);
            Assert.Null(connection.FindDomainByName("nobody"));
            Assert.Throws<LibvirtException>(() => connection.CreateDomain("<domain"));
        });

        Assert.Equal("", printed);
    }

    /// <summary>What goes to file descriptor 2 meanwhile, whoever writes it.</summary>
    internal static string StandardErrorOf(Action action)
    {
        var path = Path.GetTempFileName();
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write))
        {
            var original = Duplicate(2);
            Assert.Equal(2, Redirect((int)file.SafeFileHandle.DangerousGetHandle(), 2));
            try
            {
                action();
            }
            finally
            {
                Assert.Equal(2, Redirect(original, 2));
                Assert.Equal(0, Close(original));
            }
        }

        var printed = File.ReadAllText(path);
        File.Delete(path);
        return printed;
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Redirect(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
