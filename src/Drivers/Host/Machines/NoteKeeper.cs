namespace Orchestrator.Drivers.Host.Machines;

/// <summary>Keeps a machine's note on disk up to date. Thread-safe.</summary>
/// <typeparam name="T">What it says, a record.</typeparam>
/// <param name="file">Where it is.</param>
/// <param name="note">What it says now.</param>
internal sealed class NoteKeeper<T>(NoteFile<T> file, T note)
    where T : class, IEquatable<T>
{
    private readonly Lock _gate = new();

    /// <summary>What it says.</summary>
    public T Current { get; private set; } = note;

    /// <summary>Changes it; on disk only while nobody removes it there.</summary>
    public void Update(Func<T, T> change)
    {
        lock (_gate)
        {
            var changed = change(Current);
            if (changed.Equals(Current))
            {
                return;
            }

            Current = changed;
            if (file.IsDestroyed)
            {
                return;
            }

            try
            {
                file.Replace(changed);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What changes is good to know, not needed: a full disk must not keep the power button from being pressed.
            }
        }
    }
}
