package import FoundationEssentials

/// How long browsers are told to use nothing but https, where the settings do not say.
///
/// It cannot be taken back: so it begins small, and is never much more than the time for which the
/// site has been served over https already.
///
/// Source: RFC 6797 §6.1.1; Mozilla's guidelines for the last step.
package enum TransportSecuritySteps {
    private static let day = 86_400

    /// From which age on, and for how long; both in seconds.
    private static let steps = [
        (age: 90 * day, seconds: 63_072_000), (age: 30 * day, seconds: 30 * day),
        (age: 7 * day, seconds: 7 * day), (age: day, seconds: day),
    ]

    /// The time to tell a browser, in seconds, from 300 to 63072000.
    package static func seconds(since start: Date, at now: Date) -> Int {
        let age = now.timeIntervalSince(start)
        return steps.first { age >= Double($0.age) }?.seconds ?? 300
    }
}
