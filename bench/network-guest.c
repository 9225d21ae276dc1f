// What bench/network has a guest run: `network-guest ADDRESS PORT`. Asks the server there, by the first byte of a connection, to close it (c), to take what
// comes (u) or to send (d), and prints connections per second and MiB per second.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 300, MEBIBYTES = 32 };

static struct sockaddr_in server = { .sin_family = AF_INET };
static char buffer[1 << 20];

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static int ask(char what) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(s, (struct sockaddr *)&server, sizeof server) != 0 || write(s, &what, 1) != 1) {
    perror("network-guest");
    exit(1);
  }
  return s;
}

// Until the server has closed it, and so has all of it. Never half-closed, which passt of 2023 does not bear.
static void finish(int s) {
  while (read(s, buffer, sizeof buffer) > 0) {
  }
  close(s);
}

int main(int count, char **arguments) {
  if (count != 3 || inet_pton(AF_INET, arguments[1], &server.sin_addr) != 1) {
    return 2;
  }
  server.sin_port = htons(atoi(arguments[2]));

  double began = now();
  for (int i = 0; i < CONNECTIONS; i++) {
    finish(ask('c'));
  }
  double connecting = now() - began;

  began = now();
  int s = ask('u');
  for (int i = 0; i < MEBIBYTES; i++) {
    for (size_t done = 0; done < sizeof buffer;) {
      ssize_t written = write(s, buffer + done, sizeof buffer - done);
      if (written <= 0) {
        return 1;
      }
      done += written;
    }
  }
  finish(s);
  double sending = now() - began;

  began = now();
  finish(ask('d'));
  double receiving = now() - began;

  printf("figures: %.1f %.1f %.1f\n", CONNECTIONS / connecting, MEBIBYTES / sending, MEBIBYTES / receiving);
  return 0;
}
