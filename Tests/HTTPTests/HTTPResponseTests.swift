import HTTP
import Testing

/// RFC 9110 §15: the class of a status is its first digit.
@Suite struct HTTPResponseTests {
    @Test(arguments: [200, 201, 204, 299])
    func `2xx is success`(status: Int) {
        #expect(HTTPResponse(status: status).isSuccess)
    }

    @Test(arguments: [0, 100, 199, 300, 304, 404, 500])
    func `everything else is none`(status: Int) {
        #expect(!HTTPResponse(status: status).isSuccess)
    }
}
