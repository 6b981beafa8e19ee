import Diagnostics
import Nginx
import TestSupport
import Testing

@testable import Settings

/// Whatever the bytes are, they are settings or errors with a place in the file.
@Suite struct SettingsFuzzTests {
    private static let example = Array(
        """
        email a@b.test; ca letsencrypt { roots r.pem; eab_kid k; eab_hmac_file f; }
        proxy compose:a/b { configuration /srv; } tls_group 1; http01 webroot:x;
        site a.test { kind registry; to r:1; allow 10.0.0.0/8; deny all; hsts 1y; raw { x; } }
        site b.test { kind redirect; to c.test; } certificate d.test { deploy_hook /x "y"; }
        site e.test { location /a { to [::1]:1; } cache; gzip off; name n; reuse_key; }
        """.utf8
    )

    private func faultOf(_ bytes: [UInt8]) -> String? {
        do throws(SettingsError) {
            _ = try SettingsReader.read(bytes, path: "/x/certctl.conf", names: SettingsTexts.names)
            return nil
        } catch {
            let end = SourcePosition(of: bytes.count, in: bytes)
            let places = error.findings.map(\.position)
            guard !places.isEmpty, places == places.sorted(), places.allSatisfy({ $0 <= end })
            else {
                return "\(places) are no places of errors"
            }
            return error.diagnosis.what.isEmpty ? "nothing is told" : nil
        }
    }

    @Test func `random bytes`() {
        var random = RandomConfiguration(seed: 1)
        for _ in 0..<2000 {
            let bytes = random.soup(ofUpTo: 60)
            #expect(faultOf(bytes) == nil, "\(bytes)")
        }
    }

    @Test func `settings in which a few bytes were changed, moved or left out`() {
        var random = RandomConfiguration(seed: 2)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var bytes = Self.example
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, start + Int.random(in: 0...4, using: &generator))
                bytes.replaceSubrange(start..<end, with: random.soup(ofUpTo: 4))
            }
            #expect(faultOf(bytes) == nil, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
