import CertificateStore
import Glibc
import Platform

/// Swaps the pair that nginx is pointed at, as often and as fast as the disk allows.
enum Swaps {
    /// The words are the home, a lineage and how often: the pair in use and the newest one, which is
    /// another, take turns; the newest is in use in the end.
    static func run(_ words: [String]) throws {
        guard words.count == 3, let name = LineageName(words[1]), let count = Int(words[2]) else {
            print("deployment-probe swap HOME LINEAGE COUNT")
            exit(2)
        }
        let store = CertificateStore(
            StoreLayout(home: words[0]),
            in: POSIXFileSystem(),
            user: getuid()
        )
        guard let older = try store.published(of: name),
            let newer = try store.latestCertificate(name),
            older != newer
        else {
            print("no newer pair of \(name) waits")
            exit(1)
        }
        var swaps = 0
        for turn in 0..<count {
            let pair = (count - turn).isMultiple(of: 2) ? older : newer
            if try store.publish(pair, of: name) { swaps += 1 }
        }
        print("\(swaps) swaps")
    }
}
