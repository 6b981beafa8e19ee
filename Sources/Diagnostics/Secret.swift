/// A value that must never be seen: keys, HMAC keys, tokens.
///
/// It prints as `<secret>` and reflects no children, so that neither a log line nor `dump` shows
/// it. The one way in is ``reveal(_:)``: a search for `reveal` lists every use.
package struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    /// Hides `value`.
    package init(_ value: Value) {
        self.value = value
    }

    /// Lends the hidden value to `body`, which must not keep it longer than it needs.
    package func reveal<Result: ~Copyable, Failure: Error>(
        _ body: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
