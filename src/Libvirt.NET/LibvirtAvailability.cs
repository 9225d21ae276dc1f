namespace Libvirt;

/// <summary>Whether libvirt can be used in this process.</summary>
/// <param name="Version">The version of the library that was found; null if none can be used.</param>
/// <param name="Problem">One line saying what is in the way and what to do about it; null if nothing is.</param>
public sealed record LibvirtAvailability(Version? Version, string? Problem)
{
    /// <summary>Whether <see cref="LibvirtConnection"/> can be used. Says nothing about a daemon.</summary>
    public bool IsAvailable => Problem is null;
}
