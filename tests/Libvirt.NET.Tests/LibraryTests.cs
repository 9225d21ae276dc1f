namespace Libvirt.Tests;

public sealed class LibraryTests
{
    [Fact]
    public void The_library_tells_its_version()
    {
        TestDriver.RequireLibvirt();

        Assert.Null(LibvirtLibrary.Probe().Problem);
        Assert.True(LibvirtLibrary.Version >= LibvirtLibrary.MinimumVersion);
    }

    [Fact]
    public void A_missing_library_is_one_line_with_a_remedy()
    {
        var problem = LibvirtLibrary.FindLoadProblem("libvirt-absent.so.0");

        Assert.StartsWith("libvirt-absent.so.0", problem, StringComparison.Ordinal);
        Assert.Contains("install", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem!);
    }

    [Fact]
    public void A_function_newer_than_the_library_is_refused_with_both_versions()
    {
        var error = Assert.Throws<LibvirtException>(
            () => LibvirtLibrary.Require(new Version(4, 4, 0), "virDomainDetachDeviceAlias", new Version(4, 3, 9)));

        Assert.Equal(LibvirtErrorCode.LibraryTooOld, error.Code);
        Assert.Equal("virDomainDetachDeviceAlias needs libvirt 4.4.0 or newer; this machine has 4.3.9: upgrade libvirt", error.Message);
        LibvirtLibrary.Require(new Version(4, 4, 0), "virDomainDetachDeviceAlias", new Version(4, 4, 0));
    }

    [Theory]
    [InlineData(9000000, "9.0.0")]
    [InlineData(1002008, "1.2.8")]
    [InlineData(11010005, "11.10.5")]
    public void Version_numbers_are_read_as_libvirt_writes_them(int number, string version) =>
        Assert.Equal(Version.Parse(version), LibvirtLibrary.ToVersion((ulong)number));
}
