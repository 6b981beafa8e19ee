import Deployment
import Diagnostics
import Testing

@testable import Workflows

/// Case X12: what is said of a key that nginx may not read.
@Suite struct UnreadableKeyTests {
    private static func key(
        _ user: UInt32 = 101,
        _ group: UInt32 = 101,
        others: String = "",
        capabilities: String = "0",
        given: UInt32? = nil
    ) -> UnreadableKey {
        let status = """
            Name:\tnginx
            Uid:\t\(user)
            Gid:\t\(group)
            Groups:\t\(others)
            CapEff:\t\(capabilities)
            """
        return key(NginxReader(7, status: status), given)
    }

    private static func key(_ reader: NginxReader?, _ given: UInt32?) -> UnreadableKey {
        UnreadableKey(
            place: "nginx in the container proxy",
            path: "/tls/privkey.pem",
            reader: reader,
            group: given,
            settings: "/etc/certctl/certctl.conf",
            isTakenBack: false
        )
    }

    private func diagnosis(_ key: UnreadableKey) -> Diagnosis {
        ProxyError.unreadableKey(key).diagnosis
    }

    @Test func `the key, who reads, and the line that lets him are told`() {
        let diagnosis = diagnosis(Self.key(101, 102))
        #expect(
            diagnosis.what == "nginx in the container proxy may not read a key; no file was changed"
        )
        #expect(
            diagnosis.why == "/tls/privkey.pem: Permission denied; its master process (7) runs as "
                + "user 101, group 102, and keys are for their owner alone"
        )
        #expect(
            diagnosis.fix == "put tls_group 102; into /etc/certctl/certctl.conf, "
                + "then run: certctl deploy --force"
        )
        #expect(diagnosis.exitCode == .deployment)
    }

    @Test func `another group is to be replaced`() {
        let diagnosis = diagnosis(Self.key(given: 33))
        #expect(diagnosis.why.contains("keys are for group 33, as tls_group has it"))
        #expect(diagnosis.fix.hasPrefix("put tls_group 101; in place of tls_group 33; into"))
    }

    /// As with `cap_drop: ALL`, and keys that are certctl's.
    @Test func `a root without its capabilities is helped by its group`() {
        #expect(diagnosis(Self.key(0, 0)).fix.hasPrefix("put tls_group 0; into"))
    }

    @Test(
        arguments: [
            key(0, 0, capabilities: "a80425fb"), key(given: 101), key(others: "33 101", given: 33),
        ]
    )
    func `who may read by the modes is kept from it by something else`(_ key: UnreadableKey) {
        let fix = diagnosis(key).fix
        #expect(fix.contains("its modes allow it"))
        #expect(fix.contains("ls -Z /tls/privkey.pem"))
        #expect(!fix.contains("tls_group"))
    }

    @Test func `where it cannot be told who reads, the number is to be found out`() {
        let diagnosis = diagnosis(Self.key(nil, nil))
        #expect(diagnosis.why.hasSuffix("its master process may not"))
        #expect(diagnosis.fix.contains("tls_group GID;"))
    }
}
