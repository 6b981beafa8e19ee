package import Diagnostics

extension SiteError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .unusable(let faults): Self.diagnosis(of: faults)
        case .unknown(let name, let known):
            Diagnosis(
                what: "certctl.conf has no site \(name.harmless(limit: 300))",
                why: known.isEmpty
                    ? "there is none yet"
                    : "there \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", ").harmless(limit: 1000))",
                fix: "see them all with: certctl site list",
                exitCode: .configuration
            )
        case .exists(let name, let names):
            Diagnosis(
                what: "certctl.conf has a site \(name) already",
                why: "a host is served in one way",
                fix:
                    "see it with `certctl site show \(name)`; to have it lead elsewhere: "
                    + "certctl issue \(names.joined(separator: " ")) --to HOST:PORT; what else is in its block is changed "
                    + "in certctl.conf",
                exitCode: .configuration
            )
        case .otherNames(let asked, let existing):
            Diagnosis(
                what: "certctl.conf has a site for other hosts than \(asked)",
                why: "its block is about \(existing)",
                fix: "name the same hosts, or change that block",
                exitCode: .configuration
            )
        case .notFirst(let name, let names, let place):
            Diagnosis(
                what: "\(name) is one of the hosts of a site, which would go with it",
                why: "its block is about \(names.joined(separator: " "))",
                fix: "to take out the whole site: certctl site remove \(names[0]); "
                    + "to take out \(name) alone, leave it out of the block at \(place), "
                    + "then run: certctl apply",
                exitCode: .configuration
            )
        case .settingsChanged(let path):
            Diagnosis(
                what: "\(path) was changed by somebody else meanwhile",
                why: "what was written there would be lost",
                fix: "save it and run the same command again",
                exitCode: .configuration
            )
        }
    }
}
