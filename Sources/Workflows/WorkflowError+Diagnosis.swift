import ACME
package import Diagnostics
import FoundationEssentials

extension WorkflowError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .limitReached(let limit):
            return Self.diagnosis(of: limit)
        case .authorityDown(let authority, let reason, _):
            return Diagnosis(
                what: "\(authority) is not asked: it was down a moment ago",
                why: reason,
                fix: "`certctl renew` asks again in a while; with --force at once",
                exitCode: .unreachable
            )
        case .fallbackUnready(let authority, let command):
            return Diagnosis(
                what: "the fallback \(authority) could not stand in",
                why: "it has no account, and nobody is there to agree to its terms",
                fix: "\(command); then run the same command again",
                exitCode: .configuration
            )
        case .deploymentWaits(let tries, let reason, let until):
            let times = tries > 1 ? "\(tries) times" : "once"
            return Diagnosis(
                what:
                    "it has failed \(times) to be deployed, and is tried again after "
                    + until.formatted(.iso8601),
                why: reason.harmless(limit: 500),
                fix: "mend what it names; certctl deploy tries at once",
                exitCode: .deployment
            )
        case .accountHeld(let authority, let until):
            return Diagnosis(
                what:
                    "\(authority) is not asked: it would refuse until \(until.formatted(.iso8601))",
                why: "it has refused another order for a limit of the whole account",
                fix: "wait until then; with --force the CA is asked all the same",
                exitCode: .rateLimited
            )
        case .otherNames(let lineage, let existing, let asked):
            // Who writes the certificate's own name means the certificate, and not a host.
            let meant = asked == [lineage] ? existing : asked
            let names = meant.joined(separator: " ")
            return Diagnosis(
                what: "there is a certificate named \(lineage) already, for other names",
                why: "it is for \(existing.joined(separator: ", "))",
                fix: (asked == [lineage] ? "to issue it again" : "to change its names")
                    + ": certctl issue \(names) --name \(lineage); "
                    + "for a second certificate give another --name",
                exitCode: .configuration
            )
        case .notIssued(let lineage, let names):
            return Diagnosis(
                what: "\(lineage) has not been issued",
                why: "there is no certificate of it yet that could be renewed",
                fix: Self.command(issuing: lineage, names),
                exitCode: .configuration
            )
        case .unusableLineageName(let name):
            return Diagnosis(
                what: "'\(name.harmless(limit: 300))' cannot be the name of a certificate",
                why: "a name is 1 to 200 lower-case letters, digits, dots, hyphens and underscores",
                fix: "give one with --name, for example: --name example.com",
                exitCode: .usage
            )
        case .inUse(let lineage, let uses):
            let places = uses.map(\.place).joined(separator: ", ")
            return Diagnosis(
                what: "\(lineage) was not deleted",
                why: "nginx would not start without it: \(places) "
                    + "\(uses.count == 1 ? "names" : "name") its files",
                fix: "\(uses.remedy(lineage)), then run the same command again; "
                    + "--force deletes it all the same",
                exitCode: .configuration
            )
        case .tooManyFiles(let lineage, let directory):
            return Diagnosis(
                what: "\(lineage) was not deleted",
                why: "there are too many files below \(directory) to see whether nginx needs it",
                fix: "see for yourself, then delete it with --force",
                exitCode: .configuration
            )
        case .sameLineage(let name):
            return Diagnosis(
                what: "two of the certificates would be named \(name)",
                why: "a name is one certificate's",
                fix: "ask for them in two commands, each with a --name of its own",
                exitCode: .usage
            )
        case .noStaging(let authority):
            return Diagnosis(
                what: "a dry run is not possible with \(authority)",
                why: "it has no staging to ask",
                fix: "run without --dry-run, or rehearse with another CA: "
                    + "certctl issue NAME --dry-run --ca letsencrypt-staging",
                exitCode: .usage
            )
        case .reasonNotAccepted(let reason, let authority, let accepted):
            return Diagnosis(
                what: "\(authority) does not accept the reason \(reason)",
                why: "it accepts \(accepted.joined(separator: ", "))",
                fix: "give one of these with --reason",
                exitCode: .usage
            )
        case .requestForNginx(let lineage, let include):
            return Diagnosis(
                what: "the request given by --csr cannot be for \(lineage)",
                why: "\(include) leads nginx to a key of certctl's, and would go on doing so",
                fix:
                    "give the new certificate a name of its own, for example: --name \(lineage)-csr",
                exitCode: .configuration
            )
        case .revokedKey(let lineage):
            return Diagnosis(
                what: "the request for \(lineage) is not signed again",
                why: "the last certificate for its key was revoked",
                fix: "make a request with another key and give it with --csr, or have a key made "
                    + "here with --new-key",
                exitCode: .configuration
            )
        case .keyNotHere(let lineage):
            return Diagnosis(
                what: "the certificate of \(lineage) cannot be revoked by its key",
                why: "the key is not here: its request was made elsewhere",
                fix: "leave --by-key out; or give the files: --certificate FILE --key FILE",
                exitCode: .configuration
            )
        case .changedByHook(let lineage, let path):
            return Diagnosis(
                what:
                    "the certificate of \(lineage) is saved, but \(path) is not as it was published",
                why: "a hook, or someone else while the hooks ran, has changed it",
                fix: "find out which of the hooks writes there and mend it, "
                    + "then run: certctl deploy \(lineage)",
                exitCode: .deployment
            )
        case .onlyOutdated(let lineage, let generation, let reason):
            return Diagnosis(
                what: "there is nothing to bring into use for \(lineage)",
                why: "the files of its newest certificate are gone, and generation "
                    + "\(generation) before it \(reason)",
                fix: "certctl renew \(lineage)",
                exitCode: .store
            )
        case .noCertificate(let lineage, let reason):
            return Diagnosis(
                what: "nothing can be done about \(lineage)",
                why: reason,
                fix: "certctl show \(lineage) tells what there is",
                exitCode: .configuration
            )
        }
    }

    /// Names come from a file of the user who issues, and the line is one for a person's shell, root's perhaps:
    /// what is no name is left out.
    private static func command(issuing lineage: String, _ names: [String]) -> String {
        let names = names.filter { (try? Identifier($0)) != nil }
        let hosts = names.isEmpty ? lineage : names.joined(separator: " ").harmless(limit: 1000)
        let isUsual = names.isEmpty || names[0] == lineage
        return "certctl issue \(hosts)" + (isUsual ? "" : " --name \(lineage)")
    }

    private static func diagnosis(of limit: LimitReached) -> Diagnosis {
        let next = limit.next.formatted(.iso8601)
        return Diagnosis(
            what: "\(limit.authority) is not asked: it would refuse until \(next)",
            why: "its limit of \(limit.size) \(limit.subject) is used up: "
                + limit.scope.harmless(limit: 300),
            fix: "wait until then; with --force the CA is asked all the same",
            exitCode: .rateLimited
        )
    }
}
