import ACME
import FoundationEssentials
import HTTP
import Testing

/// One order, step by step: corner cases 5, 8, 9, 10, 11, 13 and 20; RFC 8555 §7.1.6 and §7.4.
@Suite struct IssuanceTests {
    private let ca = OrderScript()

    @Test func `an order goes from newOrder to the chain in these steps`() throws {
        var issuance = try ca.issuance(["a.example", "b.example"])
        #expect(issuance.step == .ordering)
        #expect(
            issuance.start()
                == ca.post(
                    "https://ca.test/new-order",
                    #"{"identifiers":[{"type":"dns","value":"a.example"},{"type":"dns","value":"b.example"}]}"#
                )
        )
        let order = ca.order("pending", status: 201, location: true)
        #expect(issuance.received([order], at: ca.now) == ca.record)
        #expect(issuance.recorded() == ca.readAuthorizations)
        #expect(issuance.step == .authorizing)
        #expect(
            issuance.received([ca.authorization(1), ca.authorization(2)], at: ca.now)
                == .present([ca.answer(1), ca.answer(2)])
        )
        #expect(issuance.presented() == ca.answerChallenges(1, 2))
        #expect(issuance.step == .validating)
        let action = issuance.received([ca.taken, ca.taken], at: ca.now)
        #expect(action == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
        #expect(issuance.received([ca.order("pending")], at: ca.now) == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
        #expect(issuance.received([ca.order("ready")], at: ca.now) == ca.finalize)
        #expect(issuance.step == .finalizing)
        #expect(issuance.received([ca.order("processing")], at: ca.now) == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
        #expect(issuance.received([ca.order("valid")], at: ca.now) == ca.download)
        #expect(issuance.step == .downloading)
        #expect(issuance.received([.json("PEM")], at: ca.now) == .finish(pem: Array("PEM".utf8)))
    }

    @Test func `a quick CA is never waited for`() throws {
        var issuance = try ca.polling()
        #expect(issuance.received([ca.order("ready")], at: ca.now) == ca.finalize)
        #expect(issuance.received([ca.order("valid")], at: ca.now) == ca.download)
    }

    @Test func `an order that is ready at once is finalized, its authorizations are not read`()
        throws
    {
        var issuance = try ca.issuance()
        _ = issuance.start()
        let order = ca.order("ready", status: 201, location: true)
        #expect(issuance.received([order], at: ca.now) == ca.record)
        #expect(issuance.recorded() == ca.finalize)
    }

    @Test func `a new order without Location is refused`() throws {
        var issuance = try ca.issuance()
        _ = issuance.start()
        let error = ACMEError.foreignURL(field: "Location of the order", value: "nothing")
        #expect(issuance.received([ca.order("pending", status: 201)], at: ca.now) == .fail(error))
    }

    @Test func `an order that is refused is the end`() throws {
        var issuance = try ca.issuance()
        _ = issuance.start()
        let refusal = HTTPResponse.problem("rejectedIdentifier")
        let error = ACMEError.refused(.says(.other("rejectedIdentifier")))
        #expect(issuance.received([refusal], at: ca.now) == .fail(error))
    }
}

/// Corner cases 8, 10, 11, 20 and 23, cases P05 and P07 to P11 of the reliability catalogue.
@Suite struct IssuanceAuthorizationTests {
    private let ca = OrderScript()

    @Test func `an authorization that is valid already needs no answer`() throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1, "valid"), ca.authorization(2)]
        #expect(issuance.received(answers, at: ca.now) == .present([ca.answer(2)]))
        #expect(issuance.presented() == ca.answerChallenges(2))
    }

    @Test func `where all are valid already the order is asked for`() throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1, "valid"), ca.authorization(2, "valid")]
        #expect(issuance.received(answers, at: ca.now) == .present([]))
        #expect(issuance.presented() == ca.poll)
    }

    @Test(arguments: ["processing", "unheard-of"])
    func `an authorization of an unknown status is treated as pending`(status: String) throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1, status), ca.authorization(2)]
        #expect(issuance.received(answers, at: ca.now) == .present([ca.answer(1), ca.answer(2)]))
    }

    @Test(arguments: ["invalid", "expired", "deactivated", "revoked"])
    func `an authorization that has ended fails its name`(status: String) throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1), ca.authorization(2, status)]
        let failure = ACMEError.challengesFailed([ca.failure(2, nil)])
        #expect(issuance.received(answers, at: ca.now) == .fail(failure))
    }

    @Test func `a name without http-01 tells what is on offer`() throws {
        var issuance = try ca.authorizing()
        let other = HTTPResponse.json(
            #"{"status":"pending","identifier":{"type":"dns","value":"b.example"},"#
                + #""challenges":[{"type":"dns-01","url":17},{"type":"tls-alpn-01"}]}"#
        )
        let error = ACMEError.challengeNotOffered(
            host: "b.example",
            offered: ["dns-01", "tls-alpn-01"]
        )
        #expect(issuance.received([ca.authorization(1), other], at: ca.now) == .fail(error))
    }

    @Test func `a token that breaks the RFC is never presented`() throws {
        var issuance = try ca.authorizing()
        let evil = ca.authorization(2, token: "../../etc/cron.d/x")
        let error = ACMEError.unusableToken(host: "b.example", token: "../../etc/cron.d/x")
        #expect(issuance.received([ca.authorization(1), evil], at: ca.now) == .fail(error))
    }

    @Test func `an authorization that cannot be had is the end`() throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1), .problem("unauthorized", status: 403)]
        let error = ACMEError.refused(.says(.unauthorized))
        #expect(issuance.received(answers, at: ca.now) == .fail(error))
    }

    @Test func `a challenge that was answered before is presented and not answered again`() throws {
        var issuance = try ca.authorizing()
        let answers = [ca.authorization(1, challenge: "processing"), ca.authorization(2)]
        #expect(issuance.received(answers, at: ca.now) == .present([ca.answer(1), ca.answer(2)]))
        #expect(issuance.presented() == ca.answerChallenges(2))
    }

    @Test func `a challenge that the CA calls malformed is settled already`() throws {
        var issuance = try ca.answering()
        let action = issuance.received([.problem("malformed"), ca.taken], at: ca.now)
        #expect(action == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
    }

    @Test func `a challenge that is refused otherwise is the end`() throws {
        var issuance = try ca.answering()
        let answers = [ca.taken, HTTPResponse.problem("unauthorized", status: 403)]
        let error = ACMEError.refused(.says(.unauthorized))
        #expect(issuance.received(answers, at: ca.now) == .fail(error))
    }

    @Test func `a CA that asks about a name of nobody's order is refused`() throws {
        var issuance = try ca.issuance(["a.example", "c.example"])
        _ = issuance.start()
        _ = issuance.received([ca.order("pending", status: 201, location: true)], at: ca.now)
        _ = issuance.recorded()
        let action = issuance.received([ca.authorization(1), ca.authorization(2)], at: ca.now)
        #expect(action == .fail(.foreignName("b.example")))
    }

    /// Corner case 7: permanent until someone agrees, and it is said where.
    @Test func `terms that have changed are named with their address`() throws {
        var issuance = try ca.issuance()
        _ = issuance.start()
        var refusal = HTTPResponse.problem("userActionRequired", status: 403)
        refusal.headers.append("link", #"<https://ca.test/terms-2>;rel="terms-of-service""#)
        let error = ACMEError.actionRequired(
            .says(.userActionRequired),
            at: "https://ca.test/terms-2"
        )
        #expect(issuance.received([refusal], at: ca.now) == .fail(error))
    }
}
