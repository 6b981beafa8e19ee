#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int certctl_open_by_steps(const char *path, int flags, mode_t mode) {
    int place = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (place >= 0) {
        char name[NAME_MAX + 1] = ".";
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        const char *rest = path + length + strspn(path + length, "/");
        int next = -1;
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
        } else {
            if (length > 0) {
                memcpy(name, path, length);
                name[length] = '\0';
            }
            int step = *rest == '\0' ? flags : O_PATH | O_DIRECTORY;
            next = openat(place, name, step | O_CLOEXEC | O_NOFOLLOW, mode);
        }
        int error = errno;
        close(place);
        errno = error;
        if (*rest == '\0')
            return next;
        place = next;
        path = rest;
    }
    return -1;
}

int certctl_open_no_symlinks(const char *path, int flags, mode_t mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(flags | O_CLOEXEC);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_NO_SYMLINKS;
    int descriptor = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    /* EPERM: sandboxes that do not know openat2 refuse it so. */
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
        descriptor = certctl_open_by_steps(path, flags, mode);
    return descriptor;
}

int certctl_open_place(const char *path) {
    return certctl_open_no_symlinks(path, O_PATH, 0);
}

int certctl_rename(int from, const char *name, int to, const char *target, int exclusive) {
    return renameat2(from, name, to, target, exclusive ? RENAME_NOREPLACE : 0);
}

int certctl_accept(int listener, struct sockaddr_storage *peer) {
    socklen_t size = sizeof *peer;
    return accept4(listener, (struct sockaddr *)peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int certctl_peer_user(int connection, uid_t *user) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    int status = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (status == 0)
        *user = peer.uid;
    return status;
}

/* Handlers reach nothing but what is static. */
static volatile int termination = -1;

static void on_termination(int number) {
    (void)number;
    int saved = errno;
    eventfd_write(termination, 1);
    errno = saved;
}

int certctl_catch_termination(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        return -1;
    termination = descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_termination;
    action.sa_flags = SA_RESTART;
    if (sigaction(SIGTERM, &action, NULL) < 0 || sigaction(SIGINT, &action, NULL) < 0)
        return -1;
    return descriptor;
}

int certctl_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        limit.rlim_cur = before;
    return limit.rlim_cur > INT_MAX ? INT_MAX : (int)limit.rlim_cur;
}

int certctl_exited(int status) { return WIFEXITED(status); }
int certctl_stopped(int status) { return WIFSTOPPED(status); }
int certctl_exit_status(int status) { return WEXITSTATUS(status); }
int certctl_signal_number(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int certctl_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }
