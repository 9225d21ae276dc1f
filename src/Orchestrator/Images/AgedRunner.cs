using System.Globalization;

namespace Orchestrator.Images;

/// <summary>Warns of a runner in an image to which GitHub may give no jobs any more.</summary>
internal static class AgedRunner
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(30);

    /// <summary>Does it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="runner">Which runner; empty where nobody knows.</param>
    /// <param name="what">What happened to it: <c>was released</c>.</param>
    /// <param name="since">When.</param>
    /// <param name="now">The time.</param>
    /// <param name="remedy">What to do to be sure.</param>
    /// <returns>Null where it is not old.</returns>
    public static string? Find(string image, string runner, string what, DateTimeOffset since, DateTimeOffset now, string remedy) => now - since <= Old
        ? null
        : $"image {image}: its runner{(runner.Length > 0 ? $", {runner}," : "")} {what} {((int)(now - since).TotalDays).ToString(CultureInfo.InvariantCulture)} days ago, "
            + $"and GitHub gives no jobs to a runner 30 days after there is a newer one. Whether there is, is not known here; {remedy}";
}
