using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class StorageTests(QemuWorkshop workshop) : StorageStories(workshop)
{
    [Fact]
    public async Task A_guest_that_reaches_a_limit_on_the_size_of_files_ends_its_run_which_says_so()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Writes(30, SectorGuest.PowersOff));

        // 10 MiB, of which a program usually dies.
        bench.Environment["ORCHESTRATOR_QEMU__BINARY"] = bench.WriteProgram("limited", "#!/bin/sh\ntrap '' XFSZ\nulimit -f 20480\nexec qemu-system-x86_64 \"$@\"\n");

        (await bench.StartRun().EndAsync()).Exited(3).OneError(bench.Name, "File too large", "raise the limit");
        bench.AssertNothingLeft();
    }
}
