#define _GNU_SOURCE 1
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where descriptors are parked that are on their way to other numbers. */
enum { FIRST = 3, PARKED = 64 };

/* The steps of the child, by what fails there. */
enum step { DESCRIPTORS, SIGNALS, SESSION, DIRECTORY, GROUPS, GROUP, USER, CAPABILITIES, PRIVILEGES, PROGRAM };
static const char *const names[] = {
    "dup", "sigprocmask", "setsid", "chdir", "setgroups", "setresgid", "setresuid", "capset", "prctl", "execve",
};

struct failure {
    int step;
    int code;
};

/* The child has the memory of a process with other threads, which may have held any lock when it was
   made: from here to the new program it calls the kernel and nothing else. */

static _Noreturn void give_up(int report, enum step step) {
    struct failure failure = {step, errno};
    /* Where even that fails the parent sees a child that ended with 127. */
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

/* Puts the descriptors at 3 and on, the report behind them, and closes all others. */
static int arrange(const int *descriptors, size_t count, int report) {
    int parked[CERTCTL_MOST_PASSED];
    int last = FIRST + (int)count;
    int reserve = fcntl(report, F_DUPFD_CLOEXEC, PARKED);
    for (size_t i = 0; i < count; i++)
        if ((parked[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, PARKED)) < 0)
            give_up(report, DESCRIPTORS);
    if (reserve < 0)
        give_up(report, DESCRIPTORS);
    /* The copies are what the program keeps. */
    for (size_t i = 0; i < count; i++)
        if (dup2(parked[i], FIRST + (int)i) < 0)
            give_up(reserve, DESCRIPTORS);
    if (dup3(reserve, last, O_CLOEXEC) < 0)
        give_up(reserve, DESCRIPTORS);
    /* Before Linux 5.9 what was opened to be closed is closed by execve all the same. */
    (void)syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0);
    return last;
}

/* Leaves nothing of root: the C library's functions of these names would speak to other threads. */
static void lay_down(const struct certctl_start *start, int report) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
    memset(none, 0, sizeof none);
    /* Where this one may not, no_new_privs below does the same. */
    for (int capability = 0; capability < 64; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (syscall(SYS_setgroups, 0, NULL) < 0)
        give_up(report, GROUPS);
    if (syscall(SYS_setresgid, start->group, start->group, start->group) < 0)
        give_up(report, GROUP);
    if (syscall(SYS_setresuid, start->user, start->user, start->user) < 0)
        give_up(report, USER);
    if (syscall(SYS_capset, &header, none) < 0)
        give_up(report, CAPABILITIES);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        give_up(report, PRIVILEGES);
}

static void write_number(char *text, pid_t number) {
    char digits[12];
    int count = 0;
    for (; number > 0 && count < 11; number /= 10)
        digits[count++] = (char)('0' + number % 10);
    while (count > 0)
        *text++ = digits[--count];
    *text = 0;
}

static _Noreturn void become_other(const void *what, int report, pid_t parent) {
    const struct certctl_start *start = what;
    sigset_t none;
    sigemptyset(&none);
    report = arrange(start->descriptors, start->count, report);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        give_up(report, SIGNALS);
    /* A process that has a terminal can type on it, and root's shell would read that. */
    if (setsid() < 0)
        give_up(report, SESSION);
    if (chdir("/") < 0)
        give_up(report, DIRECTORY);
    lay_down(start, report);
    /* Whoever ends the parent means both; a change of user forgets this, so it comes behind. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
        give_up(report, PRIVILEGES);
    if (getppid() != parent)
        _exit(127);
    write_number(start->number, getpid());
    execve(start->program, start->arguments, start->variables);
    give_up(report, PROGRAM);
}

/* What the child has written before its program began; nothing where that began. */
static ssize_t read_failure(int report, struct failure *failure) {
    ssize_t count;
    do
        count = read(report, failure, sizeof *failure);
    while (count < 0 && errno == EINTR);
    return count;
}

/* Lets BECOME, which does not return, make a new process what it is to be. */
static pid_t start(void (*become)(const void *, int, pid_t), const void *what, const char **failed) {
    int ends[2];
    struct failure failure = {0, 0};
    *failed = "fork";
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(what, ends[1], parent);
        _exit(127);
    }
    int code = errno;
    close(ends[1]);
    if (child > 0 && read_failure(ends[0], &failure) == sizeof failure) {
        *failed = names[failure.step];
        code = failure.code;
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
        child = -1;
    }
    close(ends[0]);
    errno = code;
    return child;
}

pid_t certctl_start_as(const struct certctl_start *program, const char **failed) {
    *failed = "fork";
    if (program->user == 0 || program->group == 0 || program->count > CERTCTL_MOST_PASSED) {
        errno = EINVAL;
        return -1;
    }
    return start(become_other, program, failed);
}

/* The groups of children that are running, for whoever ends this process to end them as well. */
enum { MOST_GROUPS = 16 };
static _Atomic pid_t groups[MOST_GROUPS];

static void end_groups(int number) {
    int saved = errno;
    for (int i = 0; i < MOST_GROUPS; i++) {
        pid_t group = atomic_load(&groups[i]);
        if (group > 0)
            (void)kill(-group, SIGTERM);
    }
    /* Then it is what it would have been without this. */
    (void)signal(number, SIG_DFL);
    (void)raise(number);
    errno = saved;
}

/* What is ignored, as by nohup, or caught, stays so. */
static void take_groups_along(void) {
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction now;
        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
            struct sigaction action = {.sa_handler = end_groups, .sa_flags = SA_RESTART};
            sigfillset(&action.sa_mask);
            (void)sigaction(numbers[i], &action, NULL);
        }
    }
}

/* Puts WHAT in the place of another among the groups. */
static void replace_group(pid_t other, pid_t what) {
    for (int i = 0; i < MOST_GROUPS; i++) {
        pid_t expected = other;
        if (atomic_compare_exchange_strong(&groups[i], &expected, what))
            return;
    }
}

static _Noreturn void become_child(const void *what, int report, pid_t parent) {
    const struct certctl_child *child = what;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    (void)parent;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0 || dup2(child->output, 1) < 0 || dup2(child->output, 2) < 0)
        give_up(report, DESCRIPTORS);
    report = arrange(NULL, 0, report);
    /* Those that cannot be set have no handler either. */
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &usual, NULL);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        give_up(report, SIGNALS);
    if (setpgid(0, 0) < 0)
        give_up(report, SESSION);
    if (chdir(child->directory) < 0)
        give_up(report, DIRECTORY);
    umask(S_IRWXG | S_IRWXO);
    execve(child->program, child->arguments, child->variables);
    give_up(report, PROGRAM);
}

pid_t certctl_start_child(const struct certctl_child *child) {
    const char *failed;
    take_groups_along();
    pid_t group = start(become_child, child, &failed);
    if (group > 0)
        replace_group(0, group);
    return group;
}

void certctl_forget_child(pid_t group) {
    replace_group(group, 0);
}
