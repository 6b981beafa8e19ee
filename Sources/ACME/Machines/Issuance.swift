package import FoundationEssentials
package import HTTP

/// One order from newOrder, or from where a crash left it, to the certificate.
///
/// Does no I/O: the caller performs each ``Action`` and reports what came of it by the method
/// that the action names.
///
///     idle → ordering → recordingOrder → readingAuthorizations → presenting → answering
///     → polling → finalizing → polling → downloading → settled
///
/// An order may enter at any of these points, since a CA may answer newOrder with one that is
/// ready already, and a crash may have happened anywhere. While it waits, the machine asks for
/// the *order* and not for its authorizations: one request tells about a hundred names. The
/// authorizations are read when the order has failed, and when it is slow, for a CA that leaves
/// the order pending after a challenge has failed.
///
/// Source: RFC 8555 §7.1.6 and §7.4.
package struct Issuance: Sendable {
    /// What the caller has to do next, and which method it then calls.
    package enum Action: Equatable {
        /// Send all of these, side by side, then call ``received(_:at:)``.
        case post([SignedPost])
        /// Send all of these, then call ``received(optional:)``; one that cannot be had is no failure.
        case postOptional([SignedPost])
        /// Make this outlive a crash, then call ``recorded()``: the order itself tells how far it
        /// is, so its URL is all that a later run needs.
        case record(order: WebURL, expires: Date?)
        /// Serve these answers until the end, then call ``presented()``.
        case present([KeyAuthorization])
        /// Wait, then call ``waited()``.
        case wait(Duration)
        /// The certificate chain in PEM, and other chains for the same certificate where they were
        /// wanted; all as the CA sent them: not checked yet.
        case finish(pem: [UInt8], alternates: [[UInt8]] = [])
        case fail(ACMEError)
    }

    /// How far it is, for people who watch.
    package enum Step: String, Sendable {
        case ordering
        case authorizing
        case validating
        case finalizing
        case downloading
    }

    /// Everything that does not change on the way.
    package struct Plan: Sendable {
        package let directory: Directory
        /// What is asked for, where there is no order yet.
        package let order: NewOrder
        /// The request in DER; the same one for as long as the order lives.
        package let certificateSigningRequest: [UInt8]
        /// Of the account key, in base64url.
        package let thumbprint: String
        /// Whether the other chains that the CA may have are wanted too.
        package var wantsAlternates = false
        /// Whether a challenge that has an error has failed, whatever its status.
        package var errorsAreFinal = false

        package var names: [Identifier] { order.names }

        /// Plans one certificate; the names of `order` are at least one.
        package init(
            directory: Directory,
            order: NewOrder,
            certificateSigningRequest: [UInt8],
            thumbprint: String
        ) {
            self.directory = directory
            self.order = order
            self.certificateSigningRequest = certificateSigningRequest
            self.thumbprint = thumbprint
        }
    }

    enum State {
        case idle(resuming: WebURL?)
        case ordering(resuming: WebURL?)
        case recordingOrder(Order)
        case readingAuthorizations(Order)
        case presenting(Order, answers: [SignedPost])
        case answering(Order)
        case pausing(Order)
        case polling(Order)
        case finalizing(Order)
        case explaining(Order, retryAfter: Duration?)
        case downloading(WebURL)
        case pausingDownload(WebURL)
        case downloadingAlternates(pem: [UInt8])
        case settled
    }

    /// The media type of a chain in PEM.
    static let chainType = "application/pem-certificate-chain"

    package let plan: Plan
    var state: State
    var polling = PollPolicy()
    var finalizeAttempts = 0
    var downloadAttempts = 0
    var hasPresented = false
    /// Whether newOrder says which certificate is replaced; not once the CA has refused it for that.
    var saysReplaced = true

    /// Begins with newOrder, or with the order at `url` that an earlier run has made.
    package init(_ plan: Plan, resuming url: WebURL? = nil) {
        self.plan = plan
        state = .idle(resuming: url)
    }

    package var step: Step {
        switch state {
        case .idle, .ordering, .recordingOrder: .ordering
        case .readingAuthorizations: .authorizing
        case .presenting, .answering, .explaining: .validating
        case .pausing, .polling: finalizeAttempts > 0 ? .finalizing : .validating
        case .finalizing: .finalizing
        case .downloading, .pausingDownload, .downloadingAlternates, .settled: .downloading
        }
    }

    /// Begins; to be called once, before anything else.
    package mutating func start() -> Action {
        guard case .idle(let url) = state else { preconditionFailure("it was started before") }
        state = .ordering(resuming: url)
        guard let url else { return newOrder() }
        return .post([.get(url)])
    }

    func newOrder() -> Action {
        var order = plan.order
        if !saysReplaced { order.replaces = nil }
        return .post([order.post(to: plan.directory)])
    }

    /// Reports that the order will be found again after a crash.
    package mutating func recorded() -> Action {
        guard case .recordingOrder(let order) = state else {
            preconditionFailure("nothing was to be recorded")
        }
        return advance(order)
    }

    /// Reports that the answers are being served.
    package mutating func presented() -> Action {
        guard case .presenting(let order, let answers) = state else {
            preconditionFailure("nothing was to be presented")
        }
        hasPresented = true
        guard !answers.isEmpty else { return poll(order) }
        state = .answering(order)
        return .post(answers)
    }

    /// Reports that the time asked for has passed.
    package mutating func waited() -> Action {
        switch state {
        case .pausing(let order): return poll(order)
        case .pausingDownload(let url): return download(url)
        default: preconditionFailure("no pause was asked for")
        }
    }

    /// Takes the answers to the last ``Action/post(_:)``, in its order.
    package mutating func received(_ responses: [HTTPResponse], at now: Date) -> Action {
        do throws(ACMEError) {
            return try accept(responses, at: now)
        } catch {
            return fail(error)
        }
    }

    /// Takes what came of the last ``Action/postOptional(_:)``: the answers that there were.
    package mutating func received(optional responses: [HTTPResponse]) -> Action {
        guard case .downloadingAlternates(let pem) = state else {
            preconditionFailure("nothing optional was asked for")
        }
        state = .settled
        return .finish(pem: pem, alternates: responses.filter(\.isSuccess).map(\.body))
    }

    mutating func fail(_ error: ACMEError) -> Action {
        state = .settled
        return .fail(error)
    }

    private mutating func poll(_ order: Order) -> Action {
        state = .polling(order)
        return .post([.get(order.url)])
    }

    mutating func download(_ url: WebURL) -> Action {
        state = .downloading(url)
        downloadAttempts += 1
        return .post([.get(url, accept: Self.chainType)])
    }
}
