import CertificateStore
import FoundationEssentials
import PKI
import Platform
import Renewal
import TestSupport

package enum Bench {
    package static func run() throws {
        let fs = MemoryFileSystem(user: 1000, survivesPowerCuts: false)
        let store = CertificateStore(.system, in: fs, user: 1000)
        for d in ["/etc/certctl", "/var/lib", "/run/certctl"] { fs.put(directory: d) }
        try store.prepare()
        let forge = try Forge()
        let clock = ContinuousClock()
        var names: [LineageName] = []
        let n = 1000
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        print("make", try clock.measure {
            for i in 0..<n {
                let name = LineageName("l\(i).example")!
                names.append(name)
                let settings = LineageSettings(names: ["l\(i).example"], authority: "https://acme-v02.api.letsencrypt.org/directory", authorityRoots: nil, keyType: "p256", http01: "auto", http01Port: 80, http01Address: nil)
                let lock = try store.lock(name)
                try store.stage(forge.key, request: forge.request(for: ["l\(i).example"]), settings: settings, for: name)
                let chain = try forge.certificate(for: ["l\(i).example"], serial: UInt64(i), from: start, until: start + 90 * 86400)
                let stored = try store.commit(chain, keyType: .p256, for: name)
                try store.save(settings, of: name)
                try store.publish(stored, of: name)
                withExtendedLifetime(lock) {}
            }
        } / n)
        print("forge", try clock.measure { for i in 0..<n { _ = try forge.certificate(for: ["l\(i).example"], serial: UInt64(i), from: start, until: start + 90 * 86400) } } / n)
        print("request", try clock.measure { for i in 0..<n { _ = try forge.request(for: ["l\(i).example"]) } } / n)
        print("lineage", try clock.measure { for name in names { _ = try store.lineage(name) } } / n)
        print("journal", try clock.measure { for name in names { _ = try store.journal(name).records() } } / n)
        print("state", try clock.measure { for name in names { _ = try store.renewalState(of: name) } } / n)
        var book = AdviceBook()
        var looks: [LineageName: Date] = [:]
        for i in 0..<10_000 {
            let name = LineageName("l\(i).example")!
            looks[name] = start + Double(i)
            book.note(.told(start: start, end: start + 1000, interval: nil, after: nil, at: start), name, GenerationNumber(1))
        }
        let sch = Schedule(looks: looks, listed: start, written: start)
        print("schedule write 10k", try clock.measure { for _ in 0..<10 { try store.replace(sch) } } / 10)
        print("schedule read 10k", try clock.measure { for _ in 0..<10 { _ = try store.scheduleFile()?.schedule() } } / 10)
        print("schedule glance 10k", try clock.measure { for _ in 0..<10 { _ = try store.scheduleFile()?.glance(at: start) } } / 10)
        print("advice write 10k", try clock.measure { for _ in 0..<10 { try store.replace(book) } } / 10)
        print("advice read 10k", try clock.measure { for _ in 0..<10 { _ = try store.advice() } } / 10)
    }
}
