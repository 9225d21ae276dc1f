using System.Xml;
using System.Xml.Linq;
using CsCheck;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

public sealed class XmlValueTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
            Gen.Char["<>&'\"]]\t\n\r {},:"],
            Gen.Char[' ', '\uD7FF'],
            Gen.Char['\uE000', '\uFFFD'])
        .Array[0, 40].Select(characters => new string(characters)).Select(Gen.Const("😀"), (text, pair) => text + pair);

    [Fact]
    public void Whatever_is_escaped_is_read_back_from_an_element_and_from_either_quotes() => Texts.Sample(text =>
    {
        var escaped = XmlValue.Escape(text);
        var element = XElement.Parse($"<e single='{escaped}' double=\"{escaped}\">{escaped}</e>", LoadOptions.PreserveWhitespace);

        return element.Value == text && element.Attribute("single")!.Value == text && element.Attribute("double")!.Value == text;
    });

    [Theory]
    [InlineData('\u0001')]
    [InlineData('\u001B')]
    [InlineData('\uFFFE')]
    [InlineData('\uD800')]
    public void A_character_that_XML_cannot_say_is_named(char character)
    {
        Assert.False(XmlConvert.IsXmlChar(character));
        var model = Machines.Model with { OverlayPath = $"/state/a{character}b" };

        var error = Assert.Throws<ConfigurationException>(() => DomainTemplate.Load(null).Render(model));

        Assert.Equal(
            FormattableString.Invariant($"/state/a?b: has the character U+{(int)character:X4}, which XML cannot say; rename it"),
            error.Message);
    }

    [Fact]
    public void Hostile_paths_arrive_as_they_are()
    {
        var devices = XElement.Parse(DomainTemplate.Load(null).Render(Hostile.Model)).Element("devices")!;

        Assert.Equal(
            [Hostile.Model.OverlayPath, Hostile.Model.BaseImagePath],
            devices.Elements("disk").Descendants("source").Select(source => source.Attribute("file")!.Value));
        Assert.Equal(Hostile.Model.GuestPortPath, devices.Elements("channel").Single().Element("source")!.Attribute("path")!.Value);
        Assert.Equal(Hostile.Model.ConsoleLogPath, devices.Descendants("log").Single().Attribute("file")!.Value);
    }
}
