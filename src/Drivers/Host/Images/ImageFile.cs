using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>Opens files that somebody else named: nothing hangs on a FIFO, and no device is touched.</summary>
internal static class ImageFile
{
    private const int TypeMask = 0xF000;

    /// <summary>A path without symbolic links.</summary>
    /// <exception cref="HostException">There is nothing at it.</exception>
    public static string Resolve(string path)
    {
        try
        {
            return Libc.RealPath(path);
        }
        catch (IOException exception)
        {
            throw Explain(path, exception);
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="HostException">It is missing, unreadable, or no regular file.</exception>
    public static (SafeFileHandle File, long Length) Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            // Before opening, because opening alone makes a tape rewind; after it, because the path may lead elsewhere by then.
            RequireRegular(path, Libc.Stat(path).Mode);
            file = Libc.Open(path, Libc.ReadOnly | Libc.NonBlocking);
            var (mode, length) = Libc.Stat(file, path);
            RequireRegular(path, mode);
            return (file, length);
        }
        catch (IOException exception)
        {
            file?.Dispose();
            throw Explain(path, exception);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static HostException Explain(string path, IOException exception) => exception.HResult switch
    {
        Libc.NoSuchFile => new HostException(HostProblem.UnusableImage, $"image {path} does not exist; build or download it first.", exception),
        Libc.AccessDenied or Libc.NotPermitted =>
            new HostException(HostProblem.PermissionDenied, $"image {path} may not be read by {Environment.UserName}; grant it.", exception),
        var error => new HostException(HostProblem.UnusableImage, $"image {path} cannot be read: {Libc.Describe(error)}.", exception),
    };

    private static void RequireRegular(string path, int mode)
    {
        if (!Libc.IsRegular(mode))
        {
            throw new HostException(HostProblem.UnusableImage, $"image {path} is {TypeName(mode & TypeMask)}, not a regular file.");
        }
    }

    private static string TypeName(int type) => type switch
    {
        0x1000 => "a FIFO",
        0x2000 => "a character device",
        0x4000 => "a directory",
        0x6000 => "a block device",
        0xC000 => "a socket",
        _ => "something else",
    };
}
