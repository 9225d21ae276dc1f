using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>Opens the images that somebody else named.</summary>
internal static class ImageFile
{
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
        try
        {
            var file = GuardedFile.Open(path);
            return (file, RandomAccess.GetLength(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(path, exception);
        }
    }

    private static HostException Explain(string path, Exception exception) => exception switch
    {
        FileNotFoundException or { HResult: Libc.NoSuchFile } =>
            new HostException(HostProblem.UnusableImage, $"image {path} does not exist; build or download it first", exception),
        UnauthorizedAccessException or { HResult: Libc.AccessDenied or Libc.NotPermitted } =>
            new HostException(HostProblem.PermissionDenied, $"image {path} may not be read by {Environment.UserName}; grant it", exception),
        { HResult: > 0 and var error } =>
            new HostException(HostProblem.UnusableImage, $"image {path} cannot be read: {Libc.Describe(error)}; mend that, or name another image", exception),
        _ => new HostException(HostProblem.UnusableImage, $"image {path} cannot be used: {exception.Message}; name a qcow2 file", exception),
    };
}
