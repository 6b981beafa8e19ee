#pragma once
/*
 * What Swift's Glibc module lacks. _GNU_SOURCE is defined in clinux.c alone: in a header that Swift
 * imports it breaks clean debug builds.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

/* Files. All return -1 and set errno on failure. */

/* Opens PATH and refuses a symbolic link in any part of it. */
int certctl_open_no_symlinks(const char *path, int flags, mode_t mode);
/* The same for a path whose place alone is wanted, and whose contents this user may not see. */
int certctl_open_place(const char *path);
/* What both do where the kernel is older than 5.6, or a sandbox knows no openat2: a directory at a time.
   With O_PATH a link in the last part is opened as what it is, and leads nowhere. */
int certctl_open_by_steps(const char *path, int flags, mode_t mode);
/* Moves NAME in the directory FROM to TARGET in the directory TO; with EXCLUSIVE not 0 it fails with
   EEXIST where something is. */
int certctl_rename(int from, const char *name, int to, const char *target, int exclusive);

/* Sockets. <sys/socket.h> is left to clinux.c: what it declares would be CLinux's here, not Glibc's. */

struct sockaddr_storage;

/* Accepts a connection that does not block, and tells where it comes from. */
int certctl_accept(int listener, struct sockaddr_storage *peer);
/* The user that connected a Unix socket, as the kernel saw it then. */
int certctl_peer_user(int connection, uid_t *user);

/* Processes. */

/* From now on SIGTERM and SIGINT make the descriptor that this returns readable, for good, and do
   nothing else. Once in a process. */
int certctl_catch_termination(void);
/* Allows as many descriptors as the hard limit does; returns how many, or -1. */
int certctl_raise_descriptor_limit(void);

enum { CERTCTL_MOST_PASSED = 16 };

/* A program to be started as another user. */
struct certctl_start {
    /* An absolute path. */
    const char *program;
    char *const *arguments;
    /* Its whole environment. */
    char *const *variables;
    /* Where among these it finds its own number: 11 bytes and a null, which the child writes. */
    char *number;
    /* Neither may be root's. */
    uid_t user;
    gid_t group;
    /* What it finds at 3 and on; at most CERTCTL_MOST_PASSED. */
    const int *descriptors;
    size_t count;
};

/* Starts it with the standard descriptors of this process, no other group, no capability and no way
   to get one, in a session of its own. It ends with the thread that started it. Returns its number; or
   -1, and sets errno and the name of the call that FAILED. */
pid_t certctl_start_as(const struct certctl_start *start, const char **failed);

/* A program to be run and waited for. */
struct certctl_child {
    /* An absolute path. */
    const char *program;
    char *const *arguments;
    /* Its whole environment. */
    char *const *variables;
    const char *directory;
    /* Where both of its outputs go; it has nothing to read. */
    int output;
};

/* Starts it in a process group of its own, with the signals as they are by default and umask 077: this
   process has none, as it says of each file what its mode is. What a user sends to end this process ends
   the group, too. Returns its number; or -1, and sets errno. */
pid_t certctl_start_child(const struct certctl_child *child);
/* Before it is waited for: its number can be another's afterwards. */
void certctl_forget_child(pid_t child);
int certctl_exited(int status);
int certctl_stopped(int status);
int certctl_exit_status(int status);
int certctl_signal_number(int status);
/* Keeps key material out of core dumps and away from other processes of the same user. */
int certctl_forbid_core_dumps(void);
