import ACME
import CertificateStore
import Diagnostics
import PKI
import Platform
import Settings
import Workflows

extension KeyType {
    /// All types, for the help.
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The values of options, each checked before anything is touched.
enum ArgumentValues {
    /// A name that a certificate can be for: a host name, in any script, or an IP address.
    ///
    /// Throws `DomainNameError`.
    static func identifier(_ text: String) throws(DomainNameError) -> Identifier {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return try Identifier(text) }
        guard let ascii = InternationalName.ascii(text) else { throw .notASCII(text) }
        return try Identifier(ascii)
    }

    /// The name of a certificate that there is: it may be given as its first host is written.
    static func existing(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : InternationalName.ascii(text) ?? text
    }

    static func lineageName(_ text: String) throws -> LineageName {
        guard let name = LineageName(text.lowercased()) else {
            throw WorkflowError.unusableLineageName(text)
        }
        return name
    }

    static func authority(_ text: String) throws(UsageError) -> CertificateAuthority {
        if let authority = CertificateAuthority(text) { return authority }
        let suggestion = Suggestion.closest(to: text, among: CertificateAuthority.names)
        let names = CertificateAuthority.names.joined(separator: ", ")
        throw .unusableValue(
            option: "ca",
            value: text,
            allowed: "\(names) or the https URL of a directory"
                + (suggestion.map { "; did you mean \($0)?" } ?? "")
        )
    }

    static func email(_ text: String) throws(UsageError) -> String {
        guard let address = EmailAddress(text) else {
            throw .unusableForm(
                option: "email",
                value: text,
                form: "one address: ops@example.com"
            )
        }
        return address.description
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String,
        option: String
    ) throws(UsageError) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .unusableValue(option: option, value: text, allowed: allowed)
        }
        return choice
    }

    /// A text of the CA's own, such as the name of a profile, or the word `any`.
    static func wish(_ text: String, option: String) throws(UsageError) -> Wish<String> {
        if text == "any" { return .any }
        guard (1...200).contains(text.utf8.count), text == text.harmless() else {
            throw .unusableValue(
                option: option,
                value: text,
                allowed: "any, or a name of the CA's own"
            )
        }
        return .only(text)
    }

    static func mode(_ text: String) throws(UsageError) -> HTTP01Mode {
        guard let mode = HTTP01Mode(text) else {
            throw .unusableValue(
                option: "http01",
                value: text,
                allowed: HTTP01Mode.forms.joined(separator: ", ")
                    + (Suggestion.closest(to: text, among: HTTP01Mode.forms)
                        .map { "; did you mean \($0)?" } ?? "")
            )
        }
        guard case .webroot(let directory) = mode else { return mode }
        return .webroot(try folder(directory, option: "http01"))
    }

    /// A folder that has to be there, by its absolute path.
    static func folder(_ path: String, option: String) throws(UsageError) -> String {
        guard let real = RealPath.of(path) else {
            throw .unusableFile(option: option, path: path, reason: "there is no such folder")
        }
        return real
    }

    /// The port of http-01; `alternative` is what the option takes besides, for whoever has given neither.
    static func port(
        _ text: String,
        alternative: String = ""
    ) throws(UsageError) -> UInt16 {
        guard let port = portNumber(text) else {
            throw .unusableForm(
                option: "http01-port",
                value: text,
                form: "a number from 1 to 65535\(alternative)"
            )
        }
        return port
    }

    private static func portNumber(_ text: some StringProtocol) -> UInt16? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(text), port > 0
        else { return nil }
        return port
    }

    /// A server, as `HOST`, `HOST:PORT`, `::1` or `[::1]:PORT`; the port is 443 where none is given.
    static func target(_ text: String, option: String) throws(UsageError) -> WatchTarget {
        var host = text[...]
        var port: UInt16? = 443
        if let colon = text.lastIndex(of: ":"), SocketAddress(text, port: 0) == nil,
            !text.hasSuffix("]")
        {
            host = text[..<colon]
            port = portNumber(text[text.index(after: colon)...])
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let isAddress = SocketAddress(String(host), port: 0) != nil
        let isName = !isBracketed && (try? Identifier(String(host))) != nil
        guard let port, isAddress || isName else {
            throw .unusableForm(
                option: option,
                value: text,
                form: "a host name or an address, with a port where it is not 443: [::1]:8443"
            )
        }
        return WatchTarget(host: String(host), port: port)
    }

    static func address(_ text: String) throws(UsageError) -> Wish<String> {
        if text == "any" { return .any }
        guard SocketAddress(text, port: HTTP01Settings.standardPort) != nil else {
            throw .unusableForm(
                option: "http01-address",
                value: text,
                form: "any, or one of this machine's addresses in numbers"
            )
        }
        return .only(text)
    }

    /// What stands for the system's roots in `--ca-roots`.
    static let systemRoots = "system"

    static func roots(_ text: String, _ services: Services) throws -> AuthorityRoots {
        text == systemRoots ? .system : .file(try rootsFile(text, services))
    }

    private static func rootsFile(_ path: String, _ services: Services) throws -> String {
        let real = try realPath(path, option: "ca-roots")
        let bytes = try read(real, as: path, option: "ca-roots", services)
        // Text that is no PEM has no certificate in it either.
        let blocks = (try? PEM.blocks(in: bytes)) ?? []
        guard blocks.contains(where: { $0.label == "CERTIFICATE" }) else {
            throw UsageError.unusableFile(
                option: "ca-roots",
                path: path,
                reason: "there is no certificate in it"
            )
        }
        return real
    }

    static func realPath(_ path: String, option: String) throws(UsageError) -> String {
        guard let real = RealPath.of(path) else {
            guard !RealPath.isHidden(path) else {
                throw .unreadableFile(option: option, path: path, user: LiveProcess.user)
            }
            throw .unusableFile(option: option, path: path, reason: "there is no such file")
        }
        return real
    }

    /// The file that an option names, whole.
    static func file(
        _ path: String,
        option: String,
        _ services: Services
    ) throws -> [UInt8] {
        try read(realPath(path, option: option), as: path, option: option, services)
    }

    private static func read(
        _ real: String,
        as path: String,
        option: String,
        _ services: Services
    ) throws -> [UInt8] {
        do {
            return try services.fileSystem.readFile(real, limit: 16 * 1024 * 1024)
        } catch  where error.reason == .notPermitted {
            throw UsageError.unreadableFile(option: option, path: path, user: services.user)
        } catch {
            throw UsageError.unusableFile(option: option, path: path, reason: error.text)
        }
    }

    /// A private key that an option names; refused where others may read it.
    static func privateKey(
        _ path: String,
        option: String,
        _ services: Services
    ) throws -> PrivateKey {
        let real = try realPath(path, option: option)
        if let status = try services.fileSystem.status(real), status.mode.isOpenToOthers {
            throw UsageError.unusableFile(
                option: option,
                path: path,
                reason: "it is a key, and others may read it (mode \(status.mode))"
            )
        }
        do {
            return try PrivateKey(pem: Secret(read(real, as: path, option: option, services)))
        } catch let error as PKIError {
            throw UsageError.unusableFile(option: option, path: path, reason: error.diagnosis.why)
        }
    }
}
