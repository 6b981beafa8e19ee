/// The number of a generation: 0 is the bootstrap pair, the first certificate is 1.
package struct GenerationNumber: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The pair that lets nginx start before there is a certificate.
    package static let bootstrap = GenerationNumber(0)

    /// Far beyond one a second for a century; what is above is no number that was counted to.
    private static let limit = 1 << 40

    package let value: Int

    package init(_ value: Int) {
        self.value = value
    }

    /// Reads the name of a generation's directory; `nil` for any other name.
    init?(directory name: String) {
        guard let value = Int(name), (0..<Self.limit).contains(value),
            GenerationNumber(value).description == name
        else {
            return nil
        }
        self.init(value)
    }

    /// The one after it; the last that there is where a file has an impossible one.
    var next: GenerationNumber { GenerationNumber(min(value, Self.limit - 2) + 1) }

    /// At least six digits, so that a listing is in order.
    package var description: String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    package static func < (one: GenerationNumber, other: GenerationNumber) -> Bool {
        one.value < other.value
    }
}

/// The files of one generation, which never change once the directory has its name.
package struct GenerationFiles: Equatable, Sendable {
    static let privateKeyName = "privkey.pem"
    static let certificateName = "cert.pem"
    static let chainName = "chain.pem"
    static let fullChainName = "fullchain.pem"

    /// The names of all files but the manifest, which tells of these.
    static let names: Set = [privateKeyName, certificateName, chainName, fullChainName]

    package let directory: String

    /// Not there where somebody else keeps the key.
    package var privateKey: String { "\(directory)/\(Self.privateKeyName)" }
    /// The leaf alone.
    package var certificate: String { "\(directory)/\(Self.certificateName)" }
    /// The issuers alone.
    package var chain: String { "\(directory)/\(Self.chainName)" }
    /// The leaf and the issuers: what a server sends.
    package var fullChain: String { "\(directory)/\(Self.fullChainName)" }
    package var manifest: String { "\(directory)/manifest.json" }
}
