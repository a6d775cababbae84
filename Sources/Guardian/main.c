// Runs a command that ends, with all that it ever started, when its standard input ends.
//
//     kverify-guardian MEMORY-IN-KB COMMAND ARGUMENT…
//
// kverify holds the other end of the input: the kernel closes it, whatever becomes of kverify. Two
// processes watch it, the second below the first, each in a session of its own, so that no signal to
// kverify's process group or terminal reaches them. Both are subreapers: what a command starts becomes
// theirs when its parent ends, whatever sessions and groups it makes, so that killing children until there are
// none leaves nothing. When one of the two is killed the other one does all.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The parent of a process; 0 where there is no such process.
static pid_t parent_of(const char *pid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return 0;
  text[size] = 0;
  // The name in parentheses may hold anything.
  char *end = strrchr(text, ')');
  int parent = 0;
  return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

// Kills all children, and those that become children by that, until there are none.
static void kill_all(void) {
  for (;;) {
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes && (entry = readdir(processes))) {
      if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
      if (parent_of(entry->d_name) == getpid()) kill(atoi(entry->d_name), SIGKILL);
    }
    if (processes) closedir(processes);
    pid_t ended;
    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0) {}
    if (ended < 0 && errno == ECHILD) return;
    usleep(1000);
  }
}

// Waits for the end of a child, of the input, or of whoever started us; never returns.
static void watch(pid_t child, int signals) {
  struct pollfd sources[] = {{.fd = 0, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
  for (;;) {
    if (poll(sources, 2, -1) < 0 && errno != EINTR) break;
    char byte;
    if (sources[0].revents && read(0, &byte, 1) <= 0) break;
    struct signalfd_siginfo signal;
    if (!(sources[1].revents & POLLIN)) continue;
    if (read(signals, &signal, sizeof signal) < 0) continue;
    if (signal.ssi_signo == SIGTERM) break;
    pid_t ended;
    int status;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
      if (ended != child) continue;
      kill_all();
      _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
  }
  kill_all();
  _exit(0);
}

// Makes a child in a session of its own, which gets a signal when we end.
static pid_t start(int death) {
  pid_t parent = getpid(), child = fork();
  if (child) return child;
  prctl(PR_SET_PDEATHSIG, death);
  if (getppid() != parent) _exit(1);
  setsid();
  return 0;
}

static void run(char **arguments) {
  rlim_t memory = strtoull(arguments[0], NULL, 10) << 10;
  if (memory) setrlimit(RLIMIT_AS, &(struct rlimit){memory, memory});
  int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  syscall(SYS_close_range, 3, ~0U, 0);
  execvp(arguments[1], arguments + 1);
  fprintf(stderr, "%s: %s\n", arguments[1], strerror(errno));
  _exit(127);
}

int main(int count, char **arguments) {
  if (count < 3) return 64;
  syscall(SYS_close_range, 3, ~0U, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  signal(SIGCHLD, SIG_DFL);
  setsid();
  for (int level = 0; level < 2; level++) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGCHLD);
    sigaddset(&heard, SIGTERM);
    int signals = signalfd(-1, &heard, SFD_CLOEXEC);
    pid_t child = start(level == 0 ? SIGTERM : SIGKILL);
    if (child < 0) return 71;
    if (child) watch(child, signals);
    close(signals);
  }
  run(arguments + 1);
}
