import ACME
import FoundationEssentials

/// What an issuer tells the responder's service.
///
/// A message is JSON in its one canonical form: keys in order, nothing between the parts, no key
/// that is not known. So a message is what it seems to be, whoever reads it.
enum ControlMessage: Equatable {
    /// Serve these until the connection ends.
    case publish([KeyAuthorization])
    /// Send requests for these hosts to https, also when the connection has ended.
    case redirect([DomainName])

    /// The version of this language; another one is refused.
    static let version = 1
    /// How long a message can be, in bytes.
    static let longest = 65_536
    /// How many answers or hosts can be in one: as many as always fit.
    static let mostEntries = 100

    /// Reads a message.
    ///
    /// - Throws: Why it cannot be understood.
    init(_ bytes: [UInt8]) throws(ControlReply) {
        let wire: Wire = try Wire(canonical: bytes)
        guard wire.version == Self.version else {
            throw .refused("version \(wire.version) is not known here")
        }
        switch (wire.publish, wire.redirect) {
        case (let answers?, nil) where answers.count <= Self.mostEntries:
            self = .publish(try answers.map { (answer) throws(ControlReply) in try answer.value })
        case (nil, let hosts?) where hosts.count <= Self.mostEntries:
            self = .redirect(try hosts.map(Self.host))
        default:
            throw .refused("a message publishes answers or redirects hosts, 100 at most")
        }
    }

    /// The message's bytes.
    var bytes: [UInt8] {
        switch self {
        case .publish(let answers):
            Wire(publish: answers.map(WireAnswer.init), redirect: nil).canonical
        case .redirect(let hosts):
            Wire(publish: nil, redirect: hosts.map(\.description)).canonical
        }
    }

    private static func host(_ text: String) throws(ControlReply) -> DomainName {
        // Names of ours have passed this gate before: one that it refuses was not made by us.
        guard let name = try? DomainName(text), name.description == text else {
            throw .refused("not the name of a host")
        }
        return name
    }

    private struct Wire: Codable {
        var publish: [WireAnswer]?
        var redirect: [String]?
        var version = ControlMessage.version
    }

    private struct WireAnswer: Codable {
        let content: String
        let host: String

        init(_ answer: KeyAuthorization) {
            content = answer.content
            host = answer.host
        }

        var value: KeyAuthorization {
            get throws(ControlReply) {
                let parts = content.split(separator: ".", omittingEmptySubsequences: false)
                // A thumbprint is of the alphabet and of a length that tokens have as well.
                guard parts.count == 2, let token = Token(String(parts[0])),
                    Token(String(parts[1])) != nil, host.utf8.count <= 253
                else { throw .refused("not a key authorization") }
                return KeyAuthorization(host: host, token: token, thumbprint: String(parts[1]))
            }
        }
    }
}

/// What the service answers to each message.
enum ControlReply: Error, Equatable {
    /// It was done.
    case accepted
    /// It was not, and why; the connection ends.
    case refused(String)

    /// Reads a reply; what cannot be understood is no reply.
    init?(_ bytes: [UInt8]) {
        guard let wire = try? Wire(canonical: bytes), wire.version == ControlMessage.version else {
            return nil
        }
        switch (wire.accepted, wire.refused) {
        case (true?, nil): self = .accepted
        case (nil, let reason?): self = .refused(reason)
        default: return nil
        }
    }

    /// The reply's bytes.
    var bytes: [UInt8] {
        switch self {
        case .accepted: Wire(accepted: true, refused: nil).canonical
        case .refused(let reason): Wire(accepted: nil, refused: reason).canonical
        }
    }

    private struct Wire: Codable {
        var accepted: Bool?
        var refused: String?
        var version = ControlMessage.version
    }
}

extension Decodable where Self: Encodable {
    /// Reads JSON that is exactly what ``canonical`` would make of its value.
    ///
    /// Duplicate and unknown keys, which a decoder passes over in silence, do not survive that.
    fileprivate init(canonical bytes: [UInt8]) throws(ControlReply) {
        let value = bytes.withUTF8Text { text in
            // What it says of JSON that cannot be read is of no use to the other side.
            try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
        }
        guard let value, value.canonical == bytes else {
            throw .refused("the message cannot be understood")
        }
        self = value
    }

    /// The value as JSON, in the one form that it has.
    fileprivate var canonical: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, numbers and lists always have a form in JSON.
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }
}

extension [UInt8] {
    fileprivate func withUTF8Text<Result>(_ body: (String) -> Result?) -> Result? {
        String(validating: self, as: UTF8.self).flatMap(body)
    }
}
