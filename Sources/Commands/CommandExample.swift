/// A command line that can be typed as it is, and what comes of it.
struct CommandExample: Equatable, Sendable {
    /// The whole line, with the program's name.
    let line: String
    let effect: String
}
