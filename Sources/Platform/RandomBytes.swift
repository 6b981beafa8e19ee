/// Bytes that nobody can guess.
package enum RandomBytes {
    /// Takes `count` bytes from the kernel's generator.
    package static func make(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
