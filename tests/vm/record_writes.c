// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into user-mode Linux by power_log.py: writes down what its disks are told, in one order for all of them.
//
// Its block driver has one thread, which serves the requests one by one. So a flush in this list makes certain what
// stands before it on its disk, and nothing else: as with a real disk's cache.
//
// Writes are seen as the calls that they become. Flushes are not: that thread calls fdatasync once for each segment of
// a request, and a flush has none (ubd_submit_request and io_thread in arch/um/drivers/ubd_kern.c of Linux 6.1). So
// they are read from the requests themselves, when the thread takes them from its pipe.
//
// RECOVER_RECORD_DISKS   image files, a colon between them
// RECOVER_RECORD_LOG     where to; for each request five 64-bit numbers (kind, disk, offset, length, nanoseconds),
//                        and behind a write its bytes
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { kind_write, kind_flush, kind_zeroes };
enum { disks_at_most = 16 };

// arch/um/drivers/ubd_kern.c, struct io_thread_req
struct request {
  void *request;
  int fds[2];
  unsigned long offsets[2];
  unsigned long long offset;
  int sector_size, error, segments;
};

static struct stat disks[disks_at_most];
static int count, log_fd = -1;
static long kernel, driver;  // process ids; both are one program in one memory

__attribute__((constructor)) static void begin(void) {
  const char *names = getenv("RECOVER_RECORD_DISKS"), *log = getenv("RECOVER_RECORD_LOG");
  if (!names || !log) return;
  char *rest = strdup(names), *name;
  while ((name = strsep(&rest, ":")) && count < disks_at_most)
    if (stat(name, &disks[count++]) != 0) _exit(99);
  log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) _exit(99);
  kernel = syscall(SYS_getpid);
}

static int disk_of(int fd) {
  struct stat info;
  if (log_fd < 0 || fstat(fd, &info) != 0) return -1;
  for (int i = 0; i < count; ++i)
    if (info.st_dev == disks[i].st_dev && info.st_ino == disks[i].st_ino) return i;
  return -1;
}

// What cannot be written down must not pass for what did not happen.
static void note(int kind, int disk, uint64_t offset, uint64_t length, const void *data) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t head[5] = {(uint64_t)kind, (uint64_t)disk, offset, length,
                      (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec};
  struct iovec parts[2] = {{head, sizeof head}, {(void *)data, data ? length : 0}};
  const ssize_t all = (ssize_t)(parts[0].iov_len + parts[1].iov_len);
  if (writev(log_fd, parts, 2) != all) abort();
}

static void learn_driver(void) {
  if (!driver && syscall(SYS_getpid) != kernel) driver = syscall(SYS_getpid);
}

ssize_t pread64(int fd, void *data, size_t length, off64_t offset) {
  if (disk_of(fd) >= 0) learn_driver();
  return syscall(SYS_pread64, fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  const ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
  const int disk = done > 0 ? disk_of(fd) : -1;
  if (disk >= 0) note(kind_write, disk, (uint64_t)offset, (uint64_t)done, data);
  return done;
}

// A flush covers what was finished before it was asked for. What came with it in one batch was not: so the flush stands
// before the batch.
ssize_t read(int fd, void *data, size_t length) {
  const ssize_t got = syscall(SYS_read, fd, data, length);
  if (got <= 0 || !driver || syscall(SYS_getpid) != driver) return got;
  if (got % (ssize_t)sizeof(struct request *) != 0) abort();
  struct request **requests = data;
  for (ssize_t i = 0; i < got / (ssize_t)sizeof *requests; ++i) {
    const struct request *one = requests[i];
    // Another kernel's structure must not pass for a disk that is never flushed.
    if (one->sector_size != 512 || one->error != 0 || one->segments < 0 || one->segments > 1024) abort();
    const int disk = one->segments == 0 ? disk_of(one->fds[0]) : -1;
    if (disk >= 0) note(kind_flush, disk, 0, 0, NULL);
  }
  return got;
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  const int failed = (int)syscall(SYS_fallocate, fd, mode, offset, length);
  const int disk = failed ? -1 : disk_of(fd);
  if (disk >= 0) note(kind_zeroes, disk, (uint64_t)offset, (uint64_t)length, NULL);
  return failed;
}
