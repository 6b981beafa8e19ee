import HTTP
import Testing

/// Group N of the reliability catalogue: a network in trouble is asked again, a wrong one is not.
@Suite struct TransportFailureTests {
    @Test(arguments: [TransportFailure.notConnected(""), .timedOut(""), .broken("")])
    func `a failure that may pass is temporary`(failure: TransportFailure) {
        #expect(failure.isTemporary)
    }

    @Test(
        arguments: [
            TransportFailure.hostNotFound(""), .notTrusted(.issuer, ""), .privateAddress(""),
            .tooLarge(limit: 1), .socket(.missing, ""), .socket(.stale, ""),
        ]
    )
    func `a failure that would come again is not temporary`(failure: TransportFailure) {
        #expect(!failure.isTemporary)
    }
}
