import Diagnostics
import FoundationEssentials
import Testing

@testable import PKI

@Suite struct PKIErrorDiagnosisTests {
    private static let date = Date(timeIntervalSince1970: 1_790_000_000)

    private static let keyErrors: [PKIError] = [
        .unreadableKey, .encryptedKey, .unsupportedKeyAlgorithm("ED25519"),
        .unsupportedCurve("secp521r1"), .unsupportedKeySize(bits: 1024),
    ]

    private static let chainErrors: [PKIError] = [
        .oversizedPEM(bytes: 2, limit: 1), .damagedPEM(label: "X"), .unreadableCertificate,
        .trailingBytes(count: 1), .malformedField("notAfter"), .malformedDNSName([0x61, 0]),
        .noCertificate, .tooManyCertificates(count: 11, limit: 10),
        .foreignBlock(label: "PRIVATE KEY"), .foreignKey(expected: [1], found: [2]),
        .wrongNames(missing: ["a.test"], extra: []),
        .extraKindsOfNames, .leafIsAuthority, .repeatedKey(subject: "CN=a"),
        .brokenChain(issuer: "CN=a", next: "CN=b"),
        .forgedSignature(subject: "CN=a", issuer: "CN=b"), .issuerIsNotAuthority(subject: "CN=a"),
        .emptyValidity(subject: "CN=a", notBefore: date, notAfter: date),
        .notYetValid(subject: "CN=a", notBefore: date, now: date),
        .expired(subject: "CN=a", notAfter: date, now: date),
        .excessiveLifetime(notBefore: date, notAfter: date),
    ]

    @Test(arguments: keyErrors)
    func `a key file that cannot be used is the store's trouble`(error: PKIError) {
        #expect(error.diagnosis.exitCode == .store)
    }

    @Test(arguments: chainErrors)
    func `a chain that is wrong is the CA's refusal`(error: PKIError) {
        #expect(error.diagnosis.exitCode == .refused)
    }

    @Test(arguments: chainErrors)
    func `a chain that is wrong changes nothing, and the operator is told so`(error: PKIError) {
        #expect(error.diagnosis.fix.contains("nothing was changed"))
    }

    @Test(arguments: [PKIError.noNames, .unusableName("a b")])
    func `a request that cannot be made is a matter of configuration`(error: PKIError) {
        #expect(error.diagnosis.exitCode == .configuration)
    }

    @Test(arguments: keyErrors + chainErrors)
    func `what, why and fix are one line each`(error: PKIError) {
        let diagnosis = error.diagnosis
        for line in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!line.isEmpty && !line.contains("\n"))
        }
    }

    @Test func `what a CA wrote is harmless in a diagnosis`() {
        let error = PKIError.foreignBlock(label: "\u{1b}[2J")
        #expect(!error.diagnosis.why.contains("\u{1b}"))
    }

    @Test func `a failure of OpenSSL is a bug, told in its own words`() {
        let error = OpenSSLError(operation: "EVP_DigestSign", reasons: ["malloc failure"])
        let diagnosis = PKIError.openSSL(error).diagnosis
        #expect(diagnosis.exitCode == .internalError)
        #expect(diagnosis.why == "EVP_DigestSign: malloc failure")
    }

    @Test func `many names are shortened`() {
        let names = (1...100).map { "host-\($0).test" }
        let why = PKIError.wrongNames(missing: [], extra: names).diagnosis.why
        #expect(
            why == "not asked for: host-1.test, host-2.test, host-3.test, host-4.test, "
                + "host-5.test and 95 more"
        )
    }
}
