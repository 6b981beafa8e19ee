package import Deployment
package import Diagnostics
import Sites

extension ProxyError: DeploymentFailure {
    package func diagnosis(before retry: Retry) -> Diagnosis {
        let (what, why, fix) = explanation(before: retry)
        return Diagnosis(what: what, why: why, fix: fix, exitCode: .deployment)
    }

    /// What to do, one step a line; the text of a file stands at the margin, to be copied as it is.
    private static func steps(_ steps: [String], _ text: String?) -> String {
        let indent = String(repeating: " ", count: 7)
        guard let text, let first = steps.first else {
            return steps.joined(separator: "\n\(indent)")
        }
        let rest = steps.dropFirst().map { "\(indent)then: \($0)" }
        return ([first, "", text] + rest).joined(separator: "\n")
    }

    private func explanation(
        before retry: Retry
    ) -> (what: String, why: String, fix: String) {
        switch self {
        case .notMounted(let place, let paths, let steps, let override):
            (
                "\(place) does not see what it has to",
                "no mount shows \(paths.joined(separator: ", ")) where nginx has to find it",
                Self.steps(steps, override)
            )
        case .otherMounted(let place, let target, let mounted, let wanted):
            (
                "\(place) does not see \(wanted.harmless())",
                "what it has at \(target) is \(mounted.harmless())",
                "write into certctl.conf, in proxy … { }: configuration \(mounted.harmless());"
            )
        case .staleMount(let place, let mount):
            (
                "\(place) sees an old state of \(mount.source.harmless())",
                "what was mounted has been replaced since the container was started"
                    + (mount.isFile
                        ? ", as many editors do, and it goes on seeing the old file" : ""),
                "\(mount.remedy), then \(retry.words)"
                    + (mount.isFile
                        ? "; with the directory mounted in place of the file that is not needed"
                        : "")
            )
        case .notIncluded(let place, let directory):
            (
                "\(place) does not read the files in \(directory)",
                "no include in http { } of its configuration names them",
                "add to http { }: include \(directory)/*.conf; or name another directory in "
                    + "certctl.conf: proxy … { configuration DIR; }"
            )
        case .noDirectory(let place, let path):
            (
                "\(place) has no directory to write sites to",
                "there is no \(path)",
                "make it, include \(path)/*.conf in http { }, or name another one in certctl.conf: "
                    + "proxy host { configuration DIR; }"
            )
        case .unknownBuild(let place):
            (
                "what \(place) is cannot be told", "`nginx -V` names no version",
                "look at what it prints"
            )
        case .unreadableConfiguration(let reason):
            (
                "nginx's configuration cannot be read", reason,
                "certctl leaves out nothing that it cannot read: mend it, or say what it is"
            )
        case .refused(let place, let lines):
            (
                "\(place) refuses the configuration",
                lines.isEmpty ? "it does not say why" : lines.joined(separator: "; "),
                "mend what it names"
            )
        case .ownFilesMissing(let place, let paths):
            (
                "\(place) refuses its configuration, for files of certctl's are missing",
                paths.joined(separator: ", "),
                "run `certctl apply`, which mends that, then the same command again"
            )
        case .unreadableKey(let key):
            key.explanation(before: retry)
        case .startsAgain(let tool, let container, let group):
            (
                "the container \(container) does not run",
                "its nginx was not allowed to read a key, and is from now on"
                    + (group.map { " (group \($0))" } ?? ""),
                "\(tool) restart \(container), then \(retry.words)"
            )
        case .startsWithFiles(let tool, let container, let paths):
            (
                "the container \(container) does not run",
                "files of certctl's were missing, which is mended: "
                    + paths.joined(separator: ", "),
                "\(tool) restart \(container), then \(retry.words)"
            )
        case .notReloaded(let place, let lines):
            (
                "\(place) was told to reload and goes on as before",
                lines.isEmpty ? "its log does not say why" : lines.joined(separator: "; "),
                "mend what its log names"
            )
        case .restarted(let place):
            (
                "\(place) was started anew while it was to reload",
                "somebody has restarted it, or it has crashed", "look at its log"
            )
        case .notPublished(let place):
            (
                "nothing on this host leads to \(place) by https",
                "its port 443 is not published",
                "publish it: -p 443:443, or ports: [\"80:80\", \"443:443\"] in the Compose file"
            )
        case .refusedSite(let error):
            (error.diagnosis.what, error.diagnosis.why, error.diagnosis.fix)
        case .changedByPerson(let path, let offer):
            (
                "\(path) was changed by a person, and is left alone",
                "certctl overwrites only what it has written itself",
                offer.map {
                    "compare it with \($0), and put what is yours into raw { } of certctl.conf; then: "
                        + "mv \($0) \(path), and certctl apply"
                } ?? "move what is yours to another file; then: rm \(path), and certctl apply"
            )
        }
    }
}
