namespace Iso9660.Tests.Integration;

internal sealed record ToolOutput(string Text, string Error)
{
    public IReadOnlyList<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
