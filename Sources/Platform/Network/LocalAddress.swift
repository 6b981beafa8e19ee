import Glibc

/// The address of a Unix socket: a path, or a name that is in no directory.
package struct LocalAddress: Hashable, Sendable {
    /// How long a path can be, in bytes.
    ///
    /// Source: unix(7): `sun_path` has 108 bytes, the last of which is 0.
    package static let longestPath = 107

    /// The path, or `@` and a name.
    package let text: String

    /// Takes an absolute path, or `@` and an abstract name.
    ///
    /// - Returns: `nil` for anything else, and for what is longer than the kernel's form.
    package init?(_ text: String) {
        guard text.hasPrefix("/") || text.hasPrefix("@"), text.utf8.count > 1,
            text.utf8.count <= Self.longestPath, !text.utf8.contains(0)
        else { return nil }
        self.text = text
    }

    /// The path that `descriptor` is bound to; `nil` unless it is a Unix socket with one.
    init?(boundTo descriptor: Int32) {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &length)
            }
        }
        guard status == 0, Int32(address.sun_family) == AF_UNIX else { return nil }
        let path = unsafe withUnsafeBytes(of: &address.sun_path) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(path)
    }

    /// Lends the address in the kernel's form to `body`, which must not keep the pointer.
    func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(text.utf8)
        // An abstract name begins with a 0 and ends with the address; a path ends with a 0.
        let isAbstract = name[0] == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = MemoryLayout<sa_family_t>.size + name.count + (isAbstract ? 0 : 1)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(size))
            }
        }
    }

    /// Sends a datagram to the socket there; one that does not get there is lost.
    func send(datagram message: [UInt8]) {
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return }
        let descriptor = Descriptor(owning: raw)
        _ = unsafe withKernelForm { to, size in
            unsafe sendto(descriptor.raw, message, message.count, Int32(MSG_NOSIGNAL), to, size)
        }
    }
}
