using Orchestrator.State;

namespace Orchestrator.Recovery;

/// <summary>What somebody who was killed left in a state directory, and is no run.</summary>
/// <param name="Path">Absolute path.</param>
internal abstract record Leftover(string Path)
{
    /// <summary>What it is, for a person.</summary>
    public abstract string Origin { get; }

    /// <summary>Removes it.</summary>
    /// <returns>False when it is gone, or somebody's again.</returns>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    public abstract bool Remove();

    /// <summary>A directory whose removal was interrupted at its very end.</summary>
    internal sealed record EmptiedRun(string Path) : Leftover(Path)
    {
        public override string Origin => "what remained of an interrupted removal";

        public override bool Remove()
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                return false; // whoever was removing it has got there
            }
        }
    }

    /// <summary>The control socket of a service that was killed.</summary>
    internal sealed record ControlSocket(StateDirectory State) : Leftover(State.ControlSocket)
    {
        public override string Origin => "the control socket of a service that was killed";

        public override bool Remove()
        {
            using var only = UpLock.TryTake(State);
            if (only is null || !File.Exists(Path))
            {
                return false; // the next service has come
            }

            File.Delete(Path);
            return true;
        }
    }
}
