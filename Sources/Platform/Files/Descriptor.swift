import Glibc

/// Owns one file descriptor and closes it exactly once.
///
/// It cannot be copied: using one that was handed on is a compile error, so no descriptor is closed
/// twice and then closes what another thread has just opened under the same number.
package struct Descriptor: ~Copyable, Sendable {
    /// The number, for system calls made while the owner lives; it must not be kept.
    package let raw: Int32

    /// Takes over `raw`, which nobody else closes from here on.
    package init(owning raw: Int32) {
        self.raw = raw
    }

    deinit {
        // On Linux the descriptor is gone even where close reports an error: never ask twice.
        _ = close(raw)
    }

    /// Gives up ownership without closing.
    ///
    /// - Returns: The number, which the caller has to close.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}
