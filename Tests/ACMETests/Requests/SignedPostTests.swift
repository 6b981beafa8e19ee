import ACME
import HTTP
import Testing

/// Corner case 13: reading is a POST too, with an empty payload; RFC 8555 §6.3.
@Suite struct SignedPostTests {
    @Test func `a request that only reads carries nothing`() {
        let post = SignedPost.get(url("https://ca.test/cert/1"), accept: "application/pem")
        #expect(post.url == url("https://ca.test/cert/1"))
        #expect(post.payload.isEmpty)
        #expect(post.accept == "application/pem")
    }
}
