import CLinux
import Glibc

/// What has to be so in the whole process before anything else happens.
enum LiveProcess {
    static func prepare() {
        // Modes are given in full where files are made.
        umask(0)
        signal(SIGPIPE, SIG_IGN)
        // Keys are in memory.
        certctl_forbid_core_dumps()
        // Libraries take trust, proxies and resolvers from variables that a caller controls.
        clearenv()
    }

    static var user: UInt32 { geteuid() }
}
