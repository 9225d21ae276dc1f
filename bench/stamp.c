/* Stands in QEMU's place: says when it was executed, and becomes QEMU. Where it says so (STAMPS, a FIFO) and what it becomes (QEMU) are
   compiled in, since the orchestrator lets nothing of its own environment reach QEMU. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec now;
    int stamps;

    (void)argc;
    clock_gettime(CLOCK_REALTIME, &now); /* the clock of bash's EPOCHREALTIME */
    stamps = open(STAMPS, O_WRONLY | O_CLOEXEC);
    if (stamps < 0 || dprintf(stamps, "%lld%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000) < 0)
        return 126;
    close(stamps);
    execv(QEMU, argv);
    return 127;
}
