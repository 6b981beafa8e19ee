import Deployment
import Diagnostics
import Platform

extension Services {
    /// Finds hooks and runs them as the user who runs certctl.
    var hookRunner: HookRunner {
        HookRunner(fileSystem: fileSystem, processes: processes, user: user, log: log)
    }
}
