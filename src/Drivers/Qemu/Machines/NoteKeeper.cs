namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Keeps a machine's note on disk up to date. Thread-safe.</summary>
/// <param name="files">Where it is.</param>
/// <param name="note">What it says now.</param>
internal sealed class NoteKeeper(MachineFiles files, ProcessNote note)
{
    private readonly Lock _gate = new();

    /// <summary>What it says.</summary>
    public ProcessNote Current { get; private set; } = note;

    /// <summary>Changes it.</summary>
    public void Update(Func<ProcessNote, ProcessNote> change)
    {
        lock (_gate)
        {
            var changed = change(Current);
            if (changed == Current)
            {
                return;
            }

            Current = changed;
            try
            {
                files.WriteNote(changed);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What changes is good to know, not needed: a full disk must not keep the power button from being pressed.
            }
        }
    }
}
