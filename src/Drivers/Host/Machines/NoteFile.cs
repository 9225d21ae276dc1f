using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>
/// What a later process needs to know of a machine, as a JSON file in its run directory. Made before anything else there, so that whatever a killed
/// orchestrator leaves is known to be this driver's.
/// </summary>
/// <typeparam name="T">What it says.</typeparam>
/// <param name="path">Absolute path of the file.</param>
/// <param name="type">How it is written, without reflection.</param>
internal sealed class NoteFile<T>(string path, JsonTypeInfo<T> type)
    where T : class
{
    /// <summary>Whether there is one.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>Whether somebody destroys the machine, or has done so: then nothing is to be written, as it is removed.</summary>
    /// <remarks>The mark is made before the machine ends and removed after the note, so that a look in this order misses neither.</remarks>
    public bool IsDestroyed => !Exists || File.Exists(Mark);

    private string Mark => Path.Combine(Path.GetDirectoryName(path)!, RunFiles.Destroyed);

    /// <summary>Reads it.</summary>
    /// <returns>Null where there is none, or none that makes sense.</returns>
    public T? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(GuardedFile.ReadOwn(path), type);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the first one, which must not exist yet.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Create(T note) => PrivateFile.Create(path, Bytes(note));

    /// <summary>Replaces it: whoever reads it sees the old or the new one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Replace(T note) => PrivateFile.Replace(path, Bytes(note));

    /// <summary>Tells whoever watches the machine that it is about to be destroyed. On a full disk it is told by the missing note, when that is removed.</summary>
    public void MarkDestroyed() => TryMark(() => PrivateFile.Replace(Mark, []));

    /// <summary>Takes that back: the machine could not be destroyed, and goes on.</summary>
    public void UnmarkDestroyed() => TryMark(() => File.Delete(Mark));

    private static void TryMark(Action act)
    {
        try
        {
            act();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Good to know, not needed: a machine can be destroyed all the same.
        }
    }

    private byte[] Bytes(T note) => JsonSerializer.SerializeToUtf8Bytes(note, type);
}
