/*
 * Tries to keep a CD-ROM that its host wants to take away: opens the tray, closes it, locks the door and reads, command after command.
 * A host that removes the medium only if the tray is still open loses to this program; one that removes it for good does not.
 *
 * Usage: tiny race DEVICE N
 * Stops after N reads in a row failed since the last that succeeded, after MAX_TRIES tries or after MAX_MS, whichever comes first; then
 * prints one line. Times count from the moment before the first eject command, so they bound from above what the host had.
 *
 * Commands go as raw SCSI (MMC-6 and SPC-4 name them) through SG_IO: one ioctl each, no page cache, no help from the kernel's cdrom layer,
 * which would wait, lock and revalidate.
 */
#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "tiny.h"

enum {
    MAX_TRIES = 20000,
    MAX_MS = 60000,
    TIMEOUT_MS = 5000,

    START_STOP_UNIT = 0x1b,
    PREVENT_ALLOW_MEDIUM_REMOVAL = 0x1e,
    READ_10 = 0x28,
    OPEN_TRAY = 0x02,  /* LOEJ */
    CLOSE_TRAY = 0x03, /* LOEJ | START */

    SECTOR_BYTES = 2048,
    DESCRIPTOR_SECTOR = 16, /* ECMA-119 6.2.1: the first volume descriptor */
    UNIT_ATTENTION = 0x06,
    ATTENTIONS = 4,
};

static int device;

/* Returns 0 when the command succeeded, its sense key (or -1 where there is none) otherwise. */
static int scsi(unsigned char *command, unsigned char length, void *data, unsigned bytes)
{
    unsigned char sense[32] = { 0 };
    sg_io_hdr_t io = {
        .interface_id = 'S',
        .dxfer_direction = bytes ? SG_DXFER_FROM_DEV : SG_DXFER_NONE,
        .cmd_len = length,
        .cmdp = command,
        .dxfer_len = bytes,
        .dxferp = data,
        .mx_sb_len = sizeof sense,
        .sbp = sense,
        .timeout = TIMEOUT_MS,
    };
    if (ioctl(device, SG_IO, &io) < 0)
        return -1;
    if ((io.info & SG_INFO_OK_MASK) == SG_INFO_OK)
        return 0;
    return io.sb_len_wr > 2 && (sense[2] & 0x0f) ? sense[2] & 0x0f : -1;
}

static int move_tray(unsigned char how)
{
    unsigned char command[6] = { START_STOP_UNIT, 0, 0, 0, how, 0 };
    return scsi(command, sizeof command, NULL, 0);
}

static int lock_door(unsigned char locked)
{
    unsigned char command[6] = { PREVENT_ALLOW_MEDIUM_REMOVAL, 0, 0, 0, locked, 0 };
    return scsi(command, sizeof command, NULL, 0);
}

/* A drive reports a changed medium once, as a failed command; the medium may be there all the same, so ask again. */
static int read_medium(void)
{
    static unsigned char sector[SECTOR_BYTES];
    unsigned char command[10] = { READ_10, 0, 0, 0, 0, DESCRIPTOR_SECTOR, 0, 0, 1, 0 };
    int failed = UNIT_ATTENTION;
    memset(sector, 0, sizeof sector);
    for (int ask = 0; ask < ATTENTIONS && failed == UNIT_ATTENTION; ask++)
        failed = scsi(command, sizeof command, sector, sizeof sector);
    return !failed && memcmp(sector + 1, "CD001", 5) == 0;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int race(int count, char **arguments)
{
    long give_up = count == 2 ? strtol(arguments[1], NULL, 10) : 0;
    if (give_up < 1) {
        fprintf(stderr, "usage: tiny race DEVICE N\n");
        return 2;
    }
    device = open(arguments[0], O_RDONLY | O_NONBLOCK);
    if (device < 0) {
        printf("guest: race: cannot open %s: %s\n", arguments[0], strerror(errno));
        return 1;
    }
    if (!read_medium())
        printf("guest: race: the medium cannot be read before the race\n");
    fflush(stdout);

    long tries = 0, succeeded = 0, in_a_row = 0;
    double last_success = 0, start = now_ms(), elapsed = 0;
    while (tries < MAX_TRIES && elapsed < MAX_MS && in_a_row < give_up) {
        lock_door(0);
        move_tray(OPEN_TRAY);
        move_tray(CLOSE_TRAY);
        lock_door(1);
        int read = read_medium();
        elapsed = now_ms() - start;
        tries++;
        if (read) {
            succeeded++;
            last_success = elapsed;
            in_a_row = 0;
        } else {
            in_a_row++;
        }
    }
    lock_door(0);
    printf("guest: race: tries=%ld reads-succeeded=%ld last-success-ms=%.1f failed-in-a-row=%ld\n", tries, succeeded, last_success, in_a_row);
    return 0;
}
