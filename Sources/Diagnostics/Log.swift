/// The story of a run: fixed lower-case sentences with the details as fields.
///
/// A `Log` is a value that is passed on; where the lines go is decided by who made it.
package struct Log: Sendable {
    /// How much attention a line asks for, from least to most.
    package enum Level: Int, Comparable, Sendable {
        /// Wire level: headers, never bodies of signed requests.
        case debug
        /// A step.
        case info
        /// The world changed.
        case notice
        /// It worked, but someone should look.
        case warning
        /// The command failed, or someone has to look now.
        case error

        package static func < (one: Level, other: Level) -> Bool {
            one.rawValue < other.rawValue
        }
    }

    /// One line of the story.
    package struct Entry: Equatable, Sendable {
        package var level: Level
        /// A fixed sentence in lower case.
        package var message: String
        /// What varies, by name; harmless to print.
        package var fields: [String: String]
    }

    private let threshold: Level
    private let sink: @Sendable (Entry) -> Void

    /// Makes a log whose lines from `threshold` upwards go to `sink`.
    package init(threshold: Level, sink: @escaping @Sendable (Entry) -> Void) {
        self.threshold = threshold
        self.sink = sink
    }

    /// A log that forgets every line.
    package static let silent = Log(threshold: .error) { _ in }

    /// Tells something of the wire.
    package func debug(_ message: StaticString, _ fields: @autoclosure () -> [String: String] = [:])
    {
        write(.debug, message, fields)
    }

    /// Tells a step.
    package func info(_ message: StaticString, _ fields: @autoclosure () -> [String: String] = [:])
    {
        write(.info, message, fields)
    }

    /// Tells that the world has changed.
    package func notice(
        _ message: StaticString,
        _ fields: @autoclosure () -> [String: String] = [:]
    ) {
        write(.notice, message, fields)
    }

    /// Tells what someone should look at.
    package func warning(
        _ message: StaticString,
        _ fields: @autoclosure () -> [String: String] = [:]
    ) {
        write(.warning, message, fields)
    }

    /// Tells what someone has to look at now, though the command goes on.
    package func error(
        _ message: StaticString,
        _ fields: @autoclosure () -> [String: String] = [:]
    ) {
        write(.error, message, fields)
    }

    private func write(_ level: Level, _ message: StaticString, _ fields: () -> [String: String]) {
        guard level >= threshold else { return }
        let harmless = fields().mapValues { $0.harmless() }
        sink(Entry(level: level, message: message.description, fields: harmless))
    }
}
