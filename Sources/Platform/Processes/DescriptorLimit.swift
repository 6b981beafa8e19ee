import CLinux

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// What every process can count on.
    private static let least = 256

    /// Raises the limit as far as an ordinary user may.
    ///
    /// - Returns: The limit from then on.
    package static func raise() -> Int {
        let limit = Int(certctl_raise_descriptor_limit())
        return limit > 0 ? limit : least
    }
}
