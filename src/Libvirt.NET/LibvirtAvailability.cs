namespace Libvirt;

/// <summary>Whether <see cref="LibvirtConnection"/> can be used in this process. Says nothing about a daemon.</summary>
/// <param name="Version">The version of the library that was found; null if none can be used.</param>
/// <param name="Problem">One line saying what is in the way and what to do about it; null if nothing is.</param>
public sealed record LibvirtAvailability(Version? Version, string? Problem);
