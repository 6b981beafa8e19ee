# shellcheck shell=bash
# The system calls of a run that change something, for a system test that lets each of them be the last one, or fail.
#
#   $calls                         what strace is to trace: strace … -e "trace=$calls"
#   points HOME TRACE              each call of that trace that changes something below HOME, or sends to the CA: its kind, the how-manieth
#                                  of its kind on its thread, what it is about; as strace's inject=KIND:…:when=COUNT wants it
#
# strace counts calls thread by thread. On one processor (taskset) certctl's pool has one thread, so that the calls of a run come in the same
# order on the same threads, and the k-th call of a kind is the same one in each run.
# shellcheck disable=SC2034

kinds='openat openat2 write ftruncate fsync mkdir mkdirat symlink symlinkat renameat renameat2 rename unlink unlinkat rmdir fchmod chmod sendto'
calls=",?${kinds// /,?}" # the ? lets strace pass over those that this processor does not have
calls=${calls:1}
points() { # HOME TRACE
  awk -v home="$1" '
    match($2, /^[a-z0-9]+\(/) {
      kind = substr($2, 1, RLENGTH - 1); count = ++n[$1 " " kind]
      if (kind == "sendto" ? /->127\.0\.0\.1:14000/ : index($0, home) && (kind !~ /^open/ || /O_CREAT/) && !/= -1 /) {
        about = "the CA"
        if (kind != "sendto") { about = $0; sub(".*" home "/?", "", about); sub(/[">].*/, "", about) }
        print kind, count, about
      }
    }' "$2"
}
