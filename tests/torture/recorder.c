/* Records what a process does to the files below POWER_ROOT, and what it sends, into POWER_LOG: the order of the
   records is the order in which it happened. Loaded with LD_PRELOAD; `power.py` reads the records. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct __attribute__((packed)) head { char op; uint32_t first, second; uint64_t node, place, length; };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int book = -1;
static char root[PATH_MAX];

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define TURN pthread_mutex_lock(&turn)
#define OVER(answer) do { int kept = errno; pthread_mutex_unlock(&turn); errno = kept; return answer; } while (0)

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("POWER_LOG"), *folder = getenv("POWER_ROOT");
    if (!log || !folder) return;
    snprintf(root, sizeof root, "%s/", folder);
    book = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void note(char op, const char *first, const char *second, uint64_t node, uint64_t place, const void *bytes,
                 uint64_t length) {
    int kept = errno;
    struct head head = {op, first ? strlen(first) : 0, second ? strlen(second) : 0, node, place, length};
    struct iovec parts[4] = {{&head, sizeof head}, {(void *)first, head.first}, {(void *)second, head.second},
                             {(void *)bytes, bytes ? length : 0}};
    long size = 0, written;
    for (int i = 0; i < 4; i++) size += parts[i].iov_len;
    written = syscall(SYS_writev, book, parts, 4);
    if (written != size) abort();
    errno = kept;
}

static int inside(const char *path) { return book >= 0 && strncmp(path, root, strlen(root)) == 0; }

/* Writes the absolute path; 0 where it is not below the root. */
static int absolute(int folder, const char *path, char *out) {
    if (book < 0 || !path) return 0;
    if (path[0] == '/') snprintf(out, PATH_MAX, "%s", path);
    else {
        char base[PATH_MAX], link[64];
        ssize_t n;
        if (folder == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
        else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            n = readlink(link, base, sizeof base - 1);
            if (n < 0) return 0;
            base[n] = 0;
        }
        if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    }
    return inside(out);
}

static int is_ours(int fd, uint64_t *node) {
    char link[64], path[PATH_MAX];
    struct stat found;
    ssize_t n;
    if (book < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    if (!inside(path) || fstat(fd, &found) < 0) return 0;
    *node = found.st_ino;
    return 1;
}

static uint64_t node_of(const char *path) {
    struct stat found;
    return lstat(path, &found) < 0 ? 0 : found.st_ino;
}

static int opened(int folder, const char *path, int flags, int (*open_it)(int, const char *, int, mode_t), mode_t mode) {
    char full[PATH_MAX];
    struct stat found;
    int fd, was;
    if (!(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE || !absolute(folder, path, full))
        return open_it(folder, path, flags, mode);
    TURN;
    was = stat(full, &found) == 0;
    fd = open_it(folder, path, flags, mode);
    if (fd >= 0 && fstat(fd, &found) == 0) {
        if (!was) note('C', full, NULL, found.st_ino, 0, NULL, 0);
        else if (flags & O_TRUNC) note('T', full, NULL, found.st_ino, 0, NULL, 0);
    }
    OVER(fd);
}

static int real_openat(int folder, const char *path, int flags, mode_t mode) {
    return syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE va_list more; mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, real_openat, mode); }
int open64(const char *path, int flags, ...) {
    MODE return opened(AT_FDCWD, path, flags | O_LARGEFILE, real_openat, mode);
}
int openat(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, real_openat, mode); }
int openat64(int folder, const char *path, int flags, ...) {
    MODE return opened(folder, path, flags | O_LARGEFILE, real_openat, mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    uint64_t node;
    ssize_t n;
    if (!is_ours(fd, &node)) return real(fd, bytes, length);
    TURN;
    n = real(fd, bytes, length);
    if (n > 0) note('W', NULL, NULL, node, lseek(fd, 0, SEEK_CUR) - n, bytes, n);
    OVER(n);
}

static ssize_t placed(int fd, const void *bytes, size_t length, off_t place,
                      ssize_t (*real)(int, const void *, size_t, off_t)) {
    uint64_t node;
    ssize_t n;
    if (!is_ours(fd, &node)) return real(fd, bytes, length, place);
    TURN;
    n = real(fd, bytes, length, place);
    if (n > 0) note('W', NULL, NULL, node, place, bytes, n);
    OVER(n);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) {
    REAL(pwrite);
    return placed(fd, bytes, length, place, real);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) {
    REAL(pwrite64);
    return placed(fd, bytes, length, place, real);
}

static int cut(int fd, off_t length, int (*real)(int, off_t)) {
    uint64_t node;
    int n;
    if (!is_ours(fd, &node)) return real(fd, length);
    TURN;
    n = real(fd, length);
    if (n == 0) note('T', NULL, NULL, node, length, NULL, 0);
    OVER(n);
}
int ftruncate(int fd, off_t length) { REAL(ftruncate); return cut(fd, length, real); }
int ftruncate64(int fd, off64_t length) { REAL(ftruncate64); return cut(fd, length, real); }

static int flushed(int fd, int (*real)(int)) {
    uint64_t node;
    int n;
    if (!is_ours(fd, &node)) {
        char link[64], path[PATH_MAX];
        ssize_t length;
        struct stat found;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        length = book < 0 ? -1 : readlink(link, path, sizeof path - 2);
        if (length < 0) return real(fd);
        strcpy(path + length, "/");
        if (strcmp(path, root) || fstat(fd, &found) < 0) return real(fd);
        node = found.st_ino;
    }
    TURN;
    n = real(fd);
    if (n == 0) note('F', NULL, NULL, node, 0, NULL, 0);
    OVER(n);
}
int fsync(int fd) { REAL(fsync); return flushed(fd, real); }
int fdatasync(int fd) { REAL(fdatasync); return flushed(fd, real); }

static int two(char op, int from_folder, const char *from, int to_folder, const char *to, int (*act)(void *), void *with) {
    char first[PATH_MAX], second[PATH_MAX];
    int a = absolute(from_folder, from, first), b = absolute(to_folder, to, second), n;
    if (!a && !b) return act(with);
    TURN;
    n = act(with);
    if (n == 0) note(a && b ? op : 'X', first, second, b ? node_of(second) : 0, 0, NULL, 0);
    OVER(n);
}
struct pair { int from_folder, to_folder, flags; const char *from, *to; };
static int do_rename(void *with) {
    struct pair *p = with;
    return syscall(SYS_renameat2, p->from_folder, p->from, p->to_folder, p->to, p->flags);
}
static int do_link(void *with) {
    struct pair *p = with;
    return syscall(SYS_linkat, p->from_folder, p->from, p->to_folder, p->to, p->flags);
}
int rename(const char *from, const char *to) {
    struct pair p = {AT_FDCWD, AT_FDCWD, 0, from, to};
    return two('R', AT_FDCWD, from, AT_FDCWD, to, do_rename, &p);
}
int renameat(int a, const char *from, int b, const char *to) {
    struct pair p = {a, b, 0, from, to};
    return two('R', a, from, b, to, do_rename, &p);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    struct pair p = {a, b, flags, from, to};
    return two(flags & RENAME_EXCHANGE ? 'X' : 'R', a, from, b, to, do_rename, &p);
}
int link(const char *from, const char *to) {
    struct pair p = {AT_FDCWD, AT_FDCWD, 0, from, to};
    return two('L', AT_FDCWD, from, AT_FDCWD, to, do_link, &p);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    struct pair p = {a, b, flags, from, to};
    return two('L', a, from, b, to, do_link, &p);
}

int unlinkat(int folder, const char *path, int flags) {
    char full[PATH_MAX];
    int n, ours = absolute(folder, path, full);
    if (!ours) return syscall(SYS_unlinkat, folder, path, flags);
    TURN;
    n = syscall(SYS_unlinkat, folder, path, flags);
    if (n == 0) note('U', full, NULL, 0, 0, NULL, 0);
    OVER(n);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int mkdirat(int folder, const char *path, mode_t mode) {
    char full[PATH_MAX];
    int n, ours = absolute(folder, path, full);
    if (!ours) return syscall(SYS_mkdirat, folder, path, mode);
    TURN;
    n = syscall(SYS_mkdirat, folder, path, mode);
    if (n == 0) note('M', full, NULL, node_of(full), 0, NULL, 0);
    OVER(n);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Sent before it is noted, so what was told is never noted too late; the cut comes behind the note. */
static void sent(int fd, const void *bytes, ssize_t n) {
    struct stat found;
    if (book >= 0 && n > 0 && fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode)) note('S', NULL, NULL, 0, 0, bytes, n);
}
ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    ssize_t n;
    if (book < 0) return syscall(SYS_sendto, fd, bytes, length, flags, to, size);
    TURN;
    n = syscall(SYS_sendto, fd, bytes, length, flags, to, size);
    sent(fd, bytes, n);
    OVER(n);
}
ssize_t send(int fd, const void *bytes, size_t length, int flags) { return sendto(fd, bytes, length, flags, NULL, 0); }
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    REAL(sendmsg);
    ssize_t n = real(fd, message, flags);
    if (n > 0 && message->msg_iovlen > 0) {
        TURN;
        for (size_t i = 0; i < message->msg_iovlen; i++)
            sent(fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
        pthread_mutex_unlock(&turn);
    }
    return n;
}

/* Ways of writing that are not recorded: nobody may take them unseen. */
static void unseen(int fd) {
    uint64_t node;
    if (is_ours(fd, &node)) { TURN; note('X', NULL, NULL, node, 0, NULL, 0); pthread_mutex_unlock(&turn); }
}
ssize_t writev(int fd, const struct iovec *parts, int count) { REAL(writev); unseen(fd); return real(fd, parts, count); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t place) {
    REAL(pwritev); unseen(fd); return real(fd, parts, count, place);
}
ssize_t sendfile(int out, int in, off_t *place, size_t length) {
    REAL(sendfile); unseen(out); return real(out, in, place, length);
}
ssize_t copy_file_range(int in, off64_t *a, int out, off64_t *b, size_t length, unsigned flags) {
    REAL(copy_file_range); unseen(out); return real(in, a, out, b, length, flags);
}
int posix_fallocate(int fd, off_t place, off_t length) { REAL(posix_fallocate); unseen(fd); return real(fd, place, length); }
int fallocate(int fd, int mode, off_t place, off_t length) {
    REAL(fallocate); unseen(fd); return real(fd, mode, place, length);
}
