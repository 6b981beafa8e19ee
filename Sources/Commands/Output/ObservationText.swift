import CertificateStore
import FoundationEssentials

/// What `watch` has seen, as text.
enum ObservationText {
    /// For a person: a table, and below it what there is to say of what is not as it should be.
    static func table(_ observations: [Observation]) -> String {
        let table = Table.text(
            header: ["NAME", "ADDRESS", "STATE", "EXPIRES", "SINCE"],
            rows: observations.map(cells)
        )
        let remarks = observations.filter { $0.level > .ok }.map { observation in
            "\(observation.level.rawValue): \(observation.sentence)\n"
        }
        return table + (remarks.isEmpty ? "" : "\n") + remarks.joined()
    }

    /// For a program that has no JSON: a line each, six words in fixed places and then the message.
    static func lines(_ observations: [Observation]) -> String {
        observations.map { observation in
            let words = [
                observation.level.rawValue,
                subject(observation),
                observation.address ?? "-",
                observation.state.rawValue,
                observation.notAfter?.formatted(.iso8601) ?? "-",
                observation.since.formatted(.iso8601),
                observation.message,
            ]
            return words.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func subject(_ observation: Observation) -> String {
        observation.name ?? observation.lineage ?? "-"
    }

    private static func cells(_ observation: Observation) -> [String] {
        [
            subject(observation),
            observation.address ?? "-",
            observation.state.rawValue,
            observation.notAfter.map(TimeText.day) ?? "-",
            TimeText.day(observation.since),
        ]
    }
}
