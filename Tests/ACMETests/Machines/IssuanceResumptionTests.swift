import ACME
import HTTP
import Testing

/// Group K and cases P16, P24 and P37 of the reliability catalogue: a crash may have happened
/// anywhere, and costs no second order.
@Suite struct IssuanceResumptionTests {
    private let ca = OrderScript()

    /// An issuance that has asked for the order of an earlier run.
    private func resumed() throws -> Issuance {
        var issuance = try ca.issuance(resuming: ca.orderURL)
        #expect(issuance.start() == ca.poll)
        return issuance
    }

    @Test func `a pending order goes on with its authorizations and is not recorded again`() throws
    {
        var issuance = try resumed()
        #expect(issuance.received([ca.order("pending")], at: ca.now) == ca.readAuthorizations)
    }

    @Test func `a ready order goes on with finalizing`() throws {
        var issuance = try resumed()
        #expect(issuance.received([ca.order("ready")], at: ca.now) == ca.finalize)
    }

    @Test(arguments: ["processing", "unheard-of"])
    func `an order that the CA works on is waited for`(status: String) throws {
        var issuance = try resumed()
        let action = issuance.received([ca.order(status)], at: ca.now)
        #expect(action == .wait(.milliseconds(10)))
        #expect(issuance.waited() == ca.poll)
    }

    @Test func `a valid order goes on with its certificate`() throws {
        var issuance = try resumed()
        #expect(issuance.received([ca.order("valid")], at: ca.now) == ca.download)
    }

    @Test func `an invalid order is gone`() throws {
        var issuance = try resumed()
        #expect(issuance.received([ca.order("invalid")], at: ca.now) == .fail(.orderGone))
    }

    @Test(arguments: [404, 403, 400])
    func `an order that the CA no longer knows is gone`(status: Int) throws {
        var issuance = try resumed()
        let answer = HTTPResponse.problem("malformed", status: status)
        #expect(issuance.received([answer], at: ca.now) == .fail(.orderGone))
    }

    @Test func `an account that the CA no longer knows has to be found first`() throws {
        var issuance = try resumed()
        let error = ACMEError.refused(.says(.accountDoesNotExist))
        let answer = HTTPResponse.problem("accountDoesNotExist")
        #expect(issuance.received([answer], at: ca.now) == .fail(error))
    }
}
