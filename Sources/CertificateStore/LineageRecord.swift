package import FoundationEssentials

/// What happened to a lineage, in the order of the commit protocol.
package enum LineageRecord: Codable, Equatable, Sendable {
    /// The key is durable in the staging directory, and this is the request made with it.
    case key(certificateSigningRequest: Data, publicKey: String, settings: LineageSettings)
    /// The CA has an order for it, which was made then; asked for again, it tells how far it is.
    case order(url: String, expires: Date?, begun: Date?)
    /// The order came to nothing; the key can serve the next one.
    case orderDropped(reason: String)
    /// The key and its order came to nothing.
    case abandoned(reason: String)
    /// The generation has its final name; the SHA-256 of its manifest, hexadecimal, where the certificate
    /// was at hand.
    case committed(GenerationNumber, manifest: String?)
    /// The CA has called the generation's certificate back; the reason by its name.
    case revoked(GenerationNumber, reason: String?)
}

/// Where the records of a lineage leave it.
package struct LineageProgress: Equatable, Sendable {
    /// A certificate in the making.
    package struct Pending: Equatable, Sendable {
        /// In DER.
        package let certificateSigningRequest: [UInt8]
        /// SHA-256 of the public key, hexadecimal.
        package let publicKey: String
        package let settings: LineageSettings
        /// The order's URL, once there is one.
        package var order: String?
        /// When the CA forgets the order.
        package var expires: Date?
        /// When it was made, where that was noted.
        package var begun: Date?
    }

    package private(set) var pending: Pending?
    /// The last generation that was committed.
    package private(set) var committed: GenerationNumber?
    /// The SHA-256 of its manifest, hexadecimal, as it was written; `nil` where it was not noted.
    private(set) var committedManifest: String?
    /// The settings that it was made by.
    package private(set) var committedSettings: LineageSettings?
    /// The generations that were called back, as far as they still matter.
    package private(set) var revoked: Set<GenerationNumber> = []

    /// Follows `records` from the first to the last.
    package init(_ records: [LineageRecord]) {
        for record in records {
            apply(record)
        }
    }

    private mutating func apply(_ record: LineageRecord) {
        switch record {
        case .key(let request, let publicKey, let settings):
            pending = Pending(
                certificateSigningRequest: Array(request),
                publicKey: publicKey,
                settings: settings
            )
        case .order(let url, let expires, let begun):
            pending?.order = url
            pending?.expires = expires
            pending?.begun = begun
        case .orderDropped:
            pending?.order = nil
            pending?.expires = nil
            pending?.begun = nil
        case .abandoned:
            pending = nil
        case .committed(let number, let manifest):
            committed = number
            committedManifest = manifest
            committedSettings = pending?.settings ?? committedSettings
            pending = nil
        case .revoked(let number, _):
            revoked.insert(number)
        }
    }
}
