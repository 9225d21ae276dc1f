namespace Libvirt;

/// <summary>A libvirt function failed. The message is libvirt's own, in the language of the process's locale.</summary>
public sealed class LibvirtException : Exception
{
    /// <summary>Makes one; libvirt's own are made here, and those of a program's tests of what it does with them.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="domain">The part of libvirt that raised the error.</param>
    /// <param name="message">libvirt's message.</param>
    /// <param name="innerException">What was caught, if anything.</param>
    public LibvirtException(LibvirtErrorCode code, LibvirtErrorDomain domain, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Domain = domain;
    }

    /// <summary>What went wrong. Decide by this, never by the message.</summary>
    public LibvirtErrorCode Code { get; }

    /// <summary>The part of libvirt that raised the error.</summary>
    public LibvirtErrorDomain Domain { get; }

    /// <summary><c>int1</c> of <c>virError</c>; with <see cref="LibvirtErrorCode.SystemError"/> the <c>errno</c>.</summary>
    public int Number1 { get; internal init; }

    /// <summary>The library, or a function in it, is not there.</summary>
    internal static LibvirtException Unavailable(LibvirtErrorCode code, string message) => new(code, LibvirtErrorDomain.None, message);
}
