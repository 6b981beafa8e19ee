import CertificateStore
import Diagnostics

/// The certificates of one command that nothing came of, and the sites that are not served as they
/// should be, as one failure.
struct CertificateFailure: Diagnosable {
    private typealias Failure = (name: String, diagnosis: Diagnosis)

    /// Nobody reads more, and `certctl list` has the rest.
    private static let mostTold = 20

    private let failures: [Failure]
    /// The sites, whatever certificates they have.
    private let sites: [Failure]
    /// How many certificates there were.
    private let total: Int
    /// What it ends with where some failed otherwise than others, or did not fail.
    private let mixed: ExitCode

    /// Throws what went wrong.
    ///
    /// - Parameters:
    ///   - endings: What came of each certificate.
    ///   - sites: The sites that stay as they are, by their lineages: nothing is said of those.
    ///   - mixed: What it ends with where not all certificates failed alike.
    ///   - isNamed: Whether whoever reads it has named the certificates.
    /// - Throws: The error itself of a command about one certificate or site, with its name where nobody
    ///   has said that; else all of them together.
    static func check(
        _ endings: [(name: LineageName, error: (any Error)?)],
        sites: [LineageName: any Error] = [:],
        mixed: ExitCode,
        isNamed: Bool = true
    ) throws {
        let errors =
            endings.compactMap(\.error) + sites.sorted { $0.key < $1.key }.map(\.value)
        guard let error = errors.first else { return }
        guard endings.count + sites.count > 1 else {
            guard !isNamed, let name = endings.first?.name,
                !Self.names(in: Run.diagnosis(of: error).what).contains("\(name)")
            else { throw error }
            throw NamedFailure(name, error)
        }
        throw CertificateFailure(
            failures: endings.compactMap { ending in
                ending.error.map { ("\(ending.name)", Run.diagnosis(of: $0)) }
            },
            sites: sites.sorted { $0.key < $1.key }.map {
                ("\($0.key)", Run.diagnosis(of: $0.value))
            },
            total: endings.count,
            mixed: mixed
        )
    }

    /// Those that failed for the same reason are told together.
    var diagnosis: Diagnosis {
        var counts: [String] = []
        if !failures.isEmpty {
            let names = Self.names(failures.map(\.name))
            let isIssued = failures.allSatisfy { $0.diagnosis.exitCode == .deployment }
            let verb = failures.count == 1 ? "was" : "were"
            let words = isIssued ? "\(verb) not deployed" : "failed"
            counts.append("\(failures.count) of \(total) certificates \(words): \(names)")
        }
        if !sites.isEmpty {
            let words = sites.count == 1 ? "site is" : "sites are"
            let names = Self.names(sites.map(\.name))
            counts.append("\(sites.count) \(words) not served as certctl.conf says: \(names)")
        }
        var fixes: [String] = []
        for failure in failures + sites where !fixes.contains(failure.diagnosis.fix) {
            fixes.append(failure.diagnosis.fix)
        }
        return Diagnosis(
            what: counts.joined(separator: "; "),
            why: reasons.joined(separator: "; "),
            fix: fixes.joined(separator: "; "),
            exitCode: exitCode
        )
    }

    /// Each reason once, behind the names that it is about.
    private var reasons: [String] {
        var reasons: [(text: String, names: [String])] = []
        for (name, diagnosis) in failures.prefix(Self.mostTold) + sites.prefix(Self.mostTold) {
            let text = "\(diagnosis.what): \(diagnosis.why)"
            if let index = reasons.firstIndex(where: { $0.text == text }) {
                reasons[index].names.append(name)
            } else {
                reasons.append((text, [name]))
            }
        }
        return reasons.map { "\($0.names.joined(separator: ", ")): \($0.text)" }
    }

    /// Whatever could be a name in a text.
    private static func names(in text: String) -> [Substring] {
        text.split { !$0.isLetter && !$0.isNumber && !"-.*_".contains($0) }
    }

    private static func names(_ all: [String]) -> String {
        let more = all.count - mostTold
        return all.prefix(mostTold).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// What all of them ended with, where none succeeded.
    ///
    /// What is saved and not in use was issued, as were those that have succeeded.
    private var exitCode: ExitCode {
        guard !failures.isEmpty else {
            let codes = Set(sites.map(\.diagnosis.exitCode))
            return total == 0 && codes.count == 1 ? codes.first ?? .deployment : .deployment
        }
        let codes = Set(failures.map(\.diagnosis.exitCode))
        guard codes != [.deployment] else { return .deployment }
        // What failed only to be brought into use was issued.
        let noneIsIssued = failures.count == total && !codes.contains(.deployment)
        guard noneIsIssued, let first = failures.first else { return mixed }
        return first.diagnosis.exitCode
    }
}

/// The failure of the only certificate there is.
private struct NamedFailure: Diagnosable {
    let diagnosis: Diagnosis

    init(_ name: LineageName, _ error: any Error) {
        var diagnosis = Run.diagnosis(of: error)
        diagnosis.what = "\(name): \(diagnosis.what)"
        self.diagnosis = diagnosis
    }
}

extension Result {
    /// Why there is no success; `nil` where there is.
    var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
