import ACME
import FoundationEssentials
import HTTP
import Testing

/// Corner cases 9, 10, 11 and 20, cases P12 to P17 of the reliability catalogue.
@Suite struct IssuancePollingTests {
    private let ca = OrderScript()

    /// Lets the CA say the same for ever; returns what came in the end, after how many questions.
    private func end(
        of issuance: Issuance,
        saying response: HTTPResponse
    ) -> (action: Issuance.Action, waited: Duration, questions: Int) {
        var issuance = issuance
        var waited = Duration.zero
        for questions in 1...1000 {
            let action = issuance.received([response], at: ca.now)
            guard case .wait(let pause) = action else { return (action, waited, questions) }
            waited += pause
            _ = issuance.waited()
        }
        return (.wait(waited), waited, 1000)
    }

    // MARK: Waiting

    @Test func `pauses grow while the order is pending`() throws {
        var issuance = try ca.polling()
        for milliseconds in [10, 20, 40, 80] {
            let action = issuance.received([ca.order("pending")], at: ca.now)
            #expect(action == .wait(.milliseconds(milliseconds)))
            #expect(issuance.waited() == ca.poll)
        }
    }

    @Test(arguments: ["pending", "processing", "unheard-of"])
    func `Retry-After is honoured, whatever the order waits for`(status: String) throws {
        var issuance = try ca.polling()
        let answer = ca.order(status, retryAfter: "7")
        #expect(issuance.received([answer], at: ca.now) == .wait(.seconds(7)))
    }

    @Test func `Retry-After is honoured as a date`() throws {
        var issuance = try ca.polling()
        let answer = ca.order("processing", retryAfter: "Fri, 15 Jan 2027 08:00:09 GMT")
        #expect(issuance.received([answer], at: ca.now) == .wait(.seconds(9)))
    }

    @Test func `Retry-After of a CA that is slow to validate is honoured`() throws {
        var issuance = try ca.slow()
        #expect(
            issuance.received([ca.order("pending", retryAfter: "7")], at: ca.now)
                == ca.readAuthorizations
        )
        let authorizations = [ca.authorization(1), ca.authorization(2)]
        #expect(issuance.received(authorizations, at: ca.now) == .wait(.seconds(7)))
    }

    @Test func `an unknown status is asked for again`() throws {
        var issuance = try ca.polling()
        let action = issuance.received([ca.order("unheard-of")], at: ca.now)
        #expect(action == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
    }

    @Test(arguments: ["processing", "unheard-of"])
    func `an order that never ends is given up after five minutes`(status: String) throws {
        let end = end(of: try ca.polling(), saying: ca.order(status))
        let error = ACMEError.notInTime("the order is still \(status)", waited: end.waited)
        #expect(end.action == .fail(error))
        #expect(end.waited > .seconds(290) && end.waited <= .seconds(300))
    }

    @Test(arguments: ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
    func `a CA that asks for no pause is neither rushed nor asked for ever`(
        retryAfter: String
    ) throws {
        let end = end(of: try ca.polling(), saying: ca.order("processing", retryAfter: retryAfter))
        #expect(end.questions < 100)
        let error = ACMEError.notInTime("the order is still processing", waited: end.waited)
        #expect(end.action == .fail(error))
    }

    @Test func `a pause beyond all patience is the end at once`() throws {
        var issuance = try ca.polling()
        let answer = ca.order("processing", retryAfter: "1000000000")
        let error = ACMEError.notInTime("the order is still processing", waited: .zero)
        #expect(issuance.received([answer], at: ca.now) == .fail(error))
    }

    @Test func `a question that is refused is the end`() throws {
        var issuance = try ca.polling()
        let error = ACMEError.refused(.says(.unauthorized))
        let refusal = HTTPResponse.problem("unauthorized", status: 403)
        #expect(issuance.received([refusal], at: ca.now) == .fail(error))
    }

    @Test func `an order that leads elsewhere later is refused`() throws {
        var issuance = try ca.polling()
        let error = ACMEError.foreignURL(field: "certificate", value: "https://evil.test/cert")
        let answer = ca.order("valid", certificate: "https://evil.test/cert")
        #expect(issuance.received([answer], at: ca.now) == .fail(error))
    }

    // MARK: Failed challenges

    @Test func `an invalid order is explained by every name that failed`() throws {
        var issuance = try ca.polling()
        #expect(issuance.received([ca.order("invalid")], at: ca.now) == ca.readAuthorizations)
        let authorizations = [
            ca.authorization(1, "invalid", challenge: "invalid", error: "connection"),
            ca.authorization(2, "invalid", challenge: "invalid", error: "dns"),
        ]
        let failures = [ca.failure(1, "connection"), ca.failure(2, "dns")]
        let error = ACMEError.challengesFailed(failures)
        #expect(issuance.received(authorizations, at: ca.now) == .fail(error))
    }

    @Test func `names that did not fail are left out`() throws {
        var issuance = try ca.polling()
        _ = issuance.received([ca.order("invalid")], at: ca.now)
        let authorizations = [
            // A first attempt of the CA that failed has left its mark.
            ca.authorization(1, "valid", challenge: "valid", error: "connection"),
            ca.authorization(2, "invalid", challenge: "invalid", error: "dns"),
        ]
        let error = ACMEError.challengesFailed([ca.failure(2, "dns")])
        #expect(issuance.received(authorizations, at: ca.now) == .fail(error))
    }

    @Test func `an order that fails for another reason tells its own problem`() throws {
        var issuance = try ca.polling()
        _ = issuance.received([ca.order("invalid", error: "caa")], at: ca.now)
        let authorizations = [ca.authorization(1, "valid"), ca.authorization(2, "valid")]
        let error = ACMEError.orderFailed(.says(.other("caa")))
        #expect(issuance.received(authorizations, at: ca.now) == .fail(error))
    }

    @Test func `an order that fails without a reason says so`() throws {
        var issuance = try ca.polling()
        _ = issuance.received([ca.order("invalid")], at: ca.now)
        let authorizations = [ca.authorization(1, "valid"), ca.authorization(2, "valid")]
        #expect(issuance.received(authorizations, at: ca.now) == .fail(.orderFailed(nil)))
    }

    @Test func `a slow order's authorizations are looked at, and it is asked for again`() throws {
        var issuance = try ca.slow()
        #expect(issuance.received([ca.order("pending")], at: ca.now) == ca.readAuthorizations)
        let authorizations = [ca.authorization(1, challenge: "processing"), ca.authorization(2)]
        let action = issuance.received(authorizations, at: ca.now)
        #expect(action == .wait(.milliseconds(1280)))
        #expect(issuance.waited() == ca.poll)
    }

    @Test(arguments: [("invalid", "invalid"), ("pending", "invalid")])
    func `a challenge that failed ends an order that the CA leaves pending`(
        authorization: String,
        challenge: String
    ) throws {
        var issuance = try ca.slow()
        _ = issuance.received([ca.order("pending")], at: ca.now)
        let authorizations = [
            ca.authorization(1),
            ca.authorization(2, authorization, challenge: challenge, error: "connection"),
        ]
        let error = ACMEError.challengesFailed([ca.failure(2, "connection")])
        #expect(issuance.received(authorizations, at: ca.now) == .fail(error))
    }

    /// RFC 8555 §8.2 and erratum 5732: the CA may try again.
    @Test func `a challenge with an error that is still processing has not failed`() throws {
        var issuance = try ca.slow()
        _ = issuance.received([ca.order("pending")], at: ca.now)
        let authorizations = [
            ca.authorization(1, challenge: "processing", error: "connection"), ca.authorization(2),
        ]
        let action = issuance.received(authorizations, at: ca.now)
        #expect(action == .wait(.milliseconds(1280)))
    }

    // MARK: Finalizing

    @Test func `a CA that was not ready is asked, and the order finalized again`() throws {
        var issuance = try ca.finalizing()
        let refusal = HTTPResponse.problem("orderNotReady", status: 403)
        #expect(issuance.received([refusal], at: ca.now) == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
        #expect(issuance.received([ca.order("ready")], at: ca.now) == ca.finalize)
    }

    /// Case P16: the request arrived and its answer was lost.
    @Test func `an order that was finalized unseen goes on`() throws {
        var issuance = try ca.finalizing()
        _ = issuance.received([.problem("orderNotReady", status: 403)], at: ca.now)
        _ = issuance.waited()
        #expect(issuance.received([ca.order("valid")], at: ca.now) == ca.download)
    }

    @Test func `an order that is never ready enough is given up`() throws {
        var issuance = try ca.polling()
        var count = 0
        while issuance.received([ca.order("ready")], at: ca.now) == ca.finalize, count < 100 {
            count += 1
            _ = issuance.received([.problem("orderNotReady", status: 403)], at: ca.now)
            _ = issuance.waited()
        }
        #expect(count == 4)
    }

    @Test func `Retry-After of finalize is honoured`() throws {
        var issuance = try ca.finalizing()
        let answer = ca.order("processing", retryAfter: "3")
        #expect(issuance.received([answer], at: ca.now) == .wait(.seconds(3)))
    }

    @Test func `the answer of finalize needs no Location`() throws {
        var issuance = try ca.finalizing()
        _ = issuance.received([ca.order("processing")], at: ca.now)
        #expect(issuance.waited() == ca.poll)
    }

    @Test func `a ready order that turns invalid is explained`() throws {
        var issuance = try ca.finalizing()
        #expect(issuance.received([ca.order("invalid")], at: ca.now) == ca.readAuthorizations)
    }

    @Test func `a request that the CA refuses is the end`() throws {
        var issuance = try ca.finalizing()
        let error = ACMEError.refused(.says(.badCSR))
        #expect(issuance.received([.problem("badCSR")], at: ca.now) == .fail(error))
    }

    // MARK: The certificate

    @Test func `a certificate that is not there yet is asked for again`() throws {
        var issuance = try ca.downloading()
        #expect(issuance.received([.json("", status: 404)], at: ca.now) == .wait(.seconds(1)))
        #expect(issuance.waited() == ca.download)
        #expect(issuance.received([.json("PEM")], at: ca.now) == .finish(pem: Array("PEM".utf8)))
    }

    @Test func `a certificate that never comes is given up after four questions`() throws {
        let end = end(of: try ca.downloading(), saying: .json("", status: 404))
        let problem = Problem(kind: .other("status 404"), detail: "HTTP 404")
        #expect(end.action == .fail(.refused(problem)))
        #expect(end.questions == 4)
    }

    @Test func `a certificate that is refused is the end`() throws {
        var issuance = try ca.downloading()
        let error = ACMEError.refused(.says(.unauthorized))
        let refusal = HTTPResponse.problem("unauthorized", status: 403)
        #expect(issuance.received([refusal], at: ca.now) == .fail(error))
    }
}
