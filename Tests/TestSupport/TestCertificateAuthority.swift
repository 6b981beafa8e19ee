package import FoundationEssentials

/// stand-in
package struct TestCertificateAuthority: Sendable {
    package func chainPEM(for request: [UInt8], _ now: Date) -> [UInt8] { [] }
}
