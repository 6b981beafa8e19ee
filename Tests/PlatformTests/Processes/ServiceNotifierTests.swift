import Glibc
import TestSupport
import Testing

@testable import Platform

/// sd_notify(3).
@Suite struct ServiceNotifierTests {
    @Test func `the state is told at a path`() throws {
        let directory = try TemporaryDirectory()
        #expect(try told(at: directory("notify")) == "READY=1STOPPING=1")
    }

    @Test func `the state is told at an abstract name`() throws {
        let name = String(
            decoding: RandomBytes.make(count: 16).map { $0 & 15 + 0x61 },
            as: UTF8.self
        )
        #expect(try told(at: "@certctl-\(name)") == "READY=1STOPPING=1")
    }

    @Test(arguments: [nil, "", "nonsense", "/nowhere/notify"])
    func `where nobody listens nothing happens`(socket: String?) {
        ServiceNotifier(socket: socket).tell(.ready)
    }

    private func told(at text: String) throws -> String {
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let descriptor = Descriptor(owning: raw)
        let address = try #require(LocalAddress(text))
        try #require(unsafe address.withKernelForm { unsafe bind(raw, $0, $1) } == 0)
        let notifier = ServiceNotifier(socket: text)
        notifier.tell(.ready)
        notifier.tell(.stopping)
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 100)
        while case let count = unsafe recv(descriptor.raw, &chunk, chunk.count, 0), count > 0 {
            text += String(decoding: chunk[..<count], as: UTF8.self)
        }
        return text
    }
}
