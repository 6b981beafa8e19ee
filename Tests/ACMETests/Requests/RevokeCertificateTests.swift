import ACME
import Testing

/// Corner case 17; RFC 8555 §7.6.
@Suite struct RevokeCertificateTests {
    private func payload(_ reason: RevocationReason?) -> String {
        let post = RevokeCertificate(certificate: [0xFB, 0xFF], reason: reason)
            .post(to: url("https://ca.test/revoke-cert"))
        return String(decoding: post.payload, as: UTF8.self)
    }

    @Test func `the certificate is base64url`() {
        #expect(payload(nil) == #"{"certificate":"-_8"}"#)
    }

    @Test(arguments: [
        (RevocationReason.unspecified, 0), (.keyCompromise, 1), (.affiliationChanged, 3),
        (.superseded, 4), (.cessationOfOperation, 5),
    ])
    func `a reason is its number in RFC 5280`(reason: RevocationReason, code: Int) {
        #expect(payload(reason) == #"{"certificate":"-_8","reason":\#(code)}"#)
    }

    @Test func `a reason is known by its name in whatever case`() {
        #expect(RevocationReason(name: "keycompromise") == .keyCompromise)
        #expect(RevocationReason(name: "KeyCompromise") == .keyCompromise)
        #expect(RevocationReason(name: "caCompromise") == nil)
        #expect(RevocationReason(name: "") == nil)
    }
}
