// The time of day stands still at FROZEN_CLOCK seconds since 1970 (2020-01-01 by default); monotonic
// clocks, and so timeouts, go on.
//
// libfaketime does much more and breaks what is needed here: under its version 0.9.10, of Debian 12,
// clock_nanosleep with an absolute monotonic time, Python's sleep, fails with EINVAL.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t now(void) {
  const char *text = getenv("FROZEN_CLOCK");
  return text ? (time_t)atoll(text) : 1577836800;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI) {
    time->tv_sec = now();
    time->tv_nsec = 0;
    return 0;
  }
  return (int)syscall(SYS_clock_gettime, clock, time);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  time->tv_sec = now();
  time->tv_usec = 0;
  return 0;
}

time_t time(time_t *result) {
  if (result) *result = now();
  return now();
}

int timespec_get(struct timespec *time, int base) {
  if (base != TIME_UTC) return 0;
  time->tv_sec = now();
  time->tv_nsec = 0;
  return base;
}
