namespace Libvirt;

/// <summary>A libvirt function failed. The message is libvirt's own, in the language of the process's locale.</summary>
public sealed class LibvirtException : Exception
{
    /// <summary>Makes one; libvirt's own are made here, and those of a program's tests of what it does with them.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="domain">The part of libvirt that raised the error.</param>
    /// <param name="level">How grave it is.</param>
    /// <param name="message">libvirt's message.</param>
    /// <param name="innerException">What was caught, if anything.</param>
    public LibvirtException(
        LibvirtErrorCode code, LibvirtErrorDomain domain, LibvirtErrorLevel level, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Domain = domain;
        Level = level;
    }

    /// <summary>What went wrong. Decide by this, never by the message.</summary>
    public LibvirtErrorCode Code { get; }

    /// <summary>The part of libvirt that raised the error.</summary>
    public LibvirtErrorDomain Domain { get; }

    /// <summary>How grave it is.</summary>
    public LibvirtErrorLevel Level { get; }

    /// <summary><c>str1</c> of <c>virError</c>: usually the message's format.</summary>
    public string? Text1 { get; internal init; }

    /// <summary><c>str2</c> of <c>virError</c>: usually the first thing the message names.</summary>
    public string? Text2 { get; internal init; }

    /// <summary><c>str3</c> of <c>virError</c>: the second thing.</summary>
    public string? Text3 { get; internal init; }

    /// <summary><c>int1</c> of <c>virError</c>; with <see cref="LibvirtErrorCode.SystemError"/> the <c>errno</c>.</summary>
    public int Number1 { get; internal init; }

    /// <summary><c>int2</c> of <c>virError</c>.</summary>
    public int Number2 { get; internal init; }

    /// <summary>The library, or a function in it, is not there.</summary>
    internal static LibvirtException Unavailable(LibvirtErrorCode code, string message, Exception? innerException = null) =>
        new(code, LibvirtErrorDomain.None, LibvirtErrorLevel.Error, message, innerException);
}

/// <summary>How grave an error is: <c>virErrorLevel</c> of <c>virterror.h</c>.</summary>
public enum LibvirtErrorLevel
{
    /// <summary>No error (<c>VIR_ERR_NONE</c>).</summary>
    None = 0,

    /// <summary>A warning (<c>VIR_ERR_WARNING</c>).</summary>
    Warning = 1,

    /// <summary>An error (<c>VIR_ERR_ERROR</c>).</summary>
    Error = 2,
}
