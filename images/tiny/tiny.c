/*
 * Usage: tiny configuration FILE        prints instance.json as assignments for a shell
 *        tiny eject DEVICE              opens the tray of a CD-ROM drive, by what eject(1) asks the kernel for
 *        tiny modules FILE...           loads kernel modules, in this order
 *        tiny race DEVICE N             see race.c
 */
#include <fcntl.h>
#include <linux/cdrom.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tiny.h"

static int eject(int count, char **arguments)
{
    int device = count == 1 ? open(arguments[0], O_RDONLY | O_NONBLOCK) : -1;
    if (device < 0 || (ioctl(device, CDROM_LOCKDOOR, 0), ioctl(device, CDROMEJECT)) < 0) {
        perror("tiny eject");
        return 1;
    }
    return 0;
}

/* One that fails is not missed: what it drives is not there, or the kernel has it already. */
static int modules(int count, char **arguments)
{
    for (int module = 0; module < count; module++) {
        int file = open(arguments[module], O_RDONLY | O_CLOEXEC);
        syscall(SYS_finit_module, file, "", 0);
        close(file);
    }
    return 0;
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        int (*run)(int count, char **arguments);
    } commands[] = { { "configuration", configuration }, { "eject", eject }, { "modules", modules }, { "race", race } };
    for (size_t command = 0; command < sizeof commands / sizeof *commands; command++)
        if (count > 1 && strcmp(arguments[1], commands[command].name) == 0)
            return commands[command].run(count - 2, arguments + 2);
    fprintf(stderr, "usage: tiny configuration|eject|modules|race ARGUMENT...\n");
    return 2;
}
