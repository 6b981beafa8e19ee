import Testing

@testable import Settings

/// RFC 4291 §2.2, RFC 4632 §3.1: which texts are addresses and networks.
@Suite struct NetworkRangeTests {
    @Test(
        arguments: [
            "0.0.0.0", "255.255.255.255", "10.0.0.0/8", "192.0.2.1/32", "0.0.0.0/0", "::", "::1",
            "1::", "2001:db8::/32", "fe80::1/128", "::/0", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
            "::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "ABCD::ef01",
        ]
    )
    func `an address with or without a length is taken as it is written`(_ text: String) {
        #expect(NetworkRange(text)?.description == text)
    }

    @Test(
        arguments: [
            "", "/8", "10.0.0", "10.0.0.0.0", "256.0.0.1", "01.2.3.4", "1.2.3.4/", "1.2.3.4/33",
            "1.2.3.4/+8", "1.2.3.4/8/8", "-1.2.3.4", "1.2.3. 4", "0x1.2.3.4", ":", ":::", "1:2",
            "1::2::3", "12345::", "::g", "::/129", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "::1.2.3", "1.2.3.4::", "[::1]", "fe80::1%eth0", "::+1", "a.test", "all",
        ]
    )
    func `anything else is none`(_ text: String) {
        #expect(NetworkRange(text) == nil)
    }
}
