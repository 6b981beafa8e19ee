import Glibc

/// A system call that failed, and the kernel's reason.
package struct SystemCallError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call's name, as its manual page has it.
    package let call: String
    /// The value of `errno` right after the call.
    package let code: Int32

    /// Records that `call` failed with `code`, by default with the calling thread's `errno`.
    package init(_ call: StaticString, code: Int32 = errno) {
        self.call = call.description
        self.code = code
    }

    /// Records a call that C code has named.
    init(named call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The kernel's words for ``code``.
    package var reason: String { Self.reason(of: code) }

    /// The kernel's words for an `errno`.
    static func reason(of code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }

    package var description: String { "\(call): \(reason)" }
}
