namespace Orchestrator.EndToEnd.Stories.EveryDriver;

public sealed class EveryDriverTests
{
    [Fact]
    public void Every_story_of_every_driver_is_told_of_both()
    {
        var types = typeof(EveryDriverTests).Assembly.GetTypes();
        var stories = types.Where(type => type is { IsAbstract: true, IsSealed: false } && type.Namespace == typeof(EveryDriverTests).Namespace).ToList();

        Assert.NotEmpty(stories);
        Assert.All(stories, story => Assert.Equal(
            ["OnLibvirt", "OnQemu"],
            types.Where(type => type.BaseType == story).Select(type => type.Namespace!.Split('.')[^1]).Order()));
    }
}
