import CLinux
import Glibc

/// What has to be so in the whole process before anything else happens.
enum LiveProcess {
    static func prepare() {
        secureStandardDescriptors()
        // Modes are given in full where files are made.
        umask(0)
        signal(SIGPIPE, SIG_IGN)
        // Keys are in memory.
        certctl_forbid_core_dumps()
        // Libraries take trust, proxies and resolvers from variables that a caller controls.
        clearenv()
    }

    /// A caller may have closed these; the next file would get the number, and what is said there.
    private static func secureStandardDescriptors() {
        var number: Int32 = 0
        while (0...STDERR_FILENO).contains(number) {
            number = unsafe open("/dev/null", O_RDWR)
        }
        if number > STDERR_FILENO { close(number) }
    }

    static var user: UInt32 { geteuid() }
}
