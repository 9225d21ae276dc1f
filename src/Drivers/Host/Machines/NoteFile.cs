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

    private byte[] Bytes(T note) => JsonSerializer.SerializeToUtf8Bytes(note, type);
}
