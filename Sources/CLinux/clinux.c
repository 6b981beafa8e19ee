#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int certctl_open_no_symlinks(const char *path, int flags, mode_t mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(flags | O_CLOEXEC);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_NO_SYMLINKS;
    int descriptor = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    /* EPERM: sandboxes that do not know openat2 refuse it so. */
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
    return descriptor;
}

int certctl_open_place(const char *path) {
    return certctl_open_no_symlinks(path, O_PATH, 0);
}

int certctl_rename(int from, const char *name, int to, const char *target, int exclusive) {
    return renameat2(from, name, to, target, exclusive ? RENAME_NOREPLACE : 0);
}

int certctl_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int certctl_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int certctl_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

int certctl_exited(int status) { return WIFEXITED(status); }
int certctl_exit_status(int status) { return WEXITSTATUS(status); }
int certctl_signal_number(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int certctl_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }
