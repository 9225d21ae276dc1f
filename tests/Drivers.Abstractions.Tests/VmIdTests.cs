using CsCheck;

namespace Orchestrator.Drivers.Tests;

public sealed class VmIdTests
{
    [Fact]
    public void A_created_id_reads_back_as_itself()
    {
        var id = VmId.Create(TimeProvider.System);

        Assert.True(VmId.TryParse(id.Value, out var read));
        Assert.Equal(id, read);
    }

    [Fact]
    public void The_uuid_depends_on_nothing_but_the_id()
    {
        Assert.True(VmId.TryParse("20260102-030405-abcde", out var one));
        Assert.True(VmId.TryParse("20260102-030405-abcdf", out var other));

        Assert.Equal(one.Uuid, VmId.TryParse("20260102-030405-abcde", out var again) ? again.Uuid : Guid.Empty);
        Assert.NotEqual(one.Uuid, other.Uuid);
        Assert.Equal(8, one.Uuid.Version);
    }

    [Fact]
    public void A_person_can_read_the_id_in_the_uuid()
    {
        Assert.True(VmId.TryParse("20260102-030405-abcde", out var id));

        Assert.Equal("20260102-0304-8005-8000-006162636465", id.Uuid.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20260102-030405-abcd")]
    [InlineData("20260102-030405-abcdl")]
    [InlineData("20260102-030405-ABCDE")]
    [InlineData("20261302-030405-abcde")]
    [InlineData("20260102-030405-abcde/")]
    [InlineData("../../../../etc/passw")]
    public void What_is_not_a_run_id_is_not_read(string? text) => Assert.False(VmId.TryParse(text, out _));

    [Fact]
    public void Arbitrary_text_never_throws() =>
        Gen.String.Sample(text => !VmId.TryParse(text, out var id) || id.Value == text);
}
