namespace Iso9660.Tests.Integration;

internal sealed record ToolOutput(int ExitCode, string Text, string Error)
{
    public IReadOnlyList<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
