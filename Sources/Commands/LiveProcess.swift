import CLinux
import Glibc
import Platform

/// What has to be so in the whole process before anything else happens.
enum LiveProcess {
    /// The variables that say where the container engine is.
    private static let engineVariables = ["DOCKER_HOST", "XDG_RUNTIME_DIR"]

    /// What variables have said that are gone afterwards.
    struct Surroundings {
        let manager: ServiceManager
        /// Where the container engine is, as Docker's own command would take it.
        let engine: [String: String]
    }

    /// Returns what a service manager and the caller have said in variables.
    static func prepare() -> Surroundings {
        secureStandardDescriptors()
        // Modes are given in full where files are made.
        umask(0)
        signal(SIGPIPE, SIG_IGN)
        // Of children nobody would learn how they ended where whoever has started this ignores it.
        signal(SIGCHLD, SIG_DFL)
        // Keys are in memory.
        certctl_forbid_core_dumps()
        // Libraries take trust, proxies and resolvers from variables that a caller controls.
        let manager = ServiceManager(environment: variable)
        let engine = engineVariables.reduce(into: [:]) { $0[$1] = variable($1) }
        clearenv()
        return Surroundings(manager: manager, engine: engine)
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
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
    static var pid: Int32 { getpid() }
}
