import FoundationEssentials
import HTTP

/// What each answer of the CA means in the state that asked for it.
extension Issuance {
    private static let mostFinalizeAttempts = 4

    mutating func accept(_ responses: [HTTPResponse], at now: Date) throws(ACMEError) -> Action {
        switch state {
        case .ordering(let url):
            return try acceptOrder(only(responses), resuming: url)
        case .readingAuthorizations(let order):
            return try acceptAuthorizations(responses, of: order)
        case .answering(let order):
            return try acceptAnswers(responses, of: order)
        case .polling(let order):
            return try acceptPoll(only(responses), of: order, at: now)
        case .finalizing(let order):
            return try acceptFinalize(only(responses), of: order, at: now)
        case .explaining(let order, let retryAfter):
            return try acceptExplanation(responses, of: order, retryAfter: retryAfter)
        case .downloading(let url):
            return try acceptCertificate(only(responses), from: url)
        default:
            preconditionFailure("no request is under way")
        }
    }

    private func only(_ responses: [HTTPResponse]) -> HTTPResponse {
        precondition(responses.count == 1, "one request has one answer")
        return responses[0]
    }

    private mutating func acceptOrder(
        _ response: HTTPResponse,
        resuming url: WebURL?
    ) throws(ACMEError) -> Action {
        guard response.isSuccess else {
            let problem = Problem(response)
            // The account has to be found again first, then the order may still be there.
            guard problem.kind != .accountDoesNotExist else { throw response.refusal }
            guard url == nil else { throw .orderGone }
            guard refusesReplacement(response, problem) else { throw response.refusal }
            saysReplaced = false
            return newOrder()
        }
        let order = try order(response, at: url)
        guard url == nil else {
            if case .invalid = order.status { throw .orderGone }
            return advance(order)
        }
        state = .recordingOrder(order)
        return .record(order: order.url, expires: order.expires)
    }

    /// Whether an order may be had without `replaces`: the predecessor has been replaced already, the
    /// CA does not know it, as one that was made by another account, or stumbles over it.
    ///
    /// Source: RFC 9773 §5.
    private func refusesReplacement(_ response: HTTPResponse, _ problem: Problem) -> Bool {
        guard saysReplaced, plan.order.replaces != nil else { return false }
        return switch problem.kind {
        case .alreadyReplaced, .malformed, .unauthorized: true
        default: [404, 409, 500].contains(response.status)
        }
    }

    /// Reads an order; one with more authorizations than names would keep us busy for nothing.
    private func order(_ response: HTTPResponse, at url: WebURL?) throws(ACMEError) -> Order {
        let order = try Order(response, at: url, origin: plan.directory.origin)
        guard order.authorizations.count <= plan.names.count else {
            let count = "\(order.authorizations.count) authorizations"
            throw .unreadableAnswer("an order with one authorization a name", excerpt: count)
        }
        return order
    }

    /// Goes on from whatever state the order is in.
    mutating func advance(_ order: Order) -> Action {
        switch order.status {
        case .pending where hasPresented, .processing, .other:
            return pause(order, retryAfter: nil)
        case .pending:
            state = .readingAuthorizations(order)
            return .post(order.authorizations.map { .get($0) })
        case .ready:
            guard finalizeAttempts < Self.mostFinalizeAttempts else {
                return fail(.notInTime("the order stayed ready", waited: polling.waited))
            }
            finalizeAttempts += 1
            polling = PollPolicy()
            state = .finalizing(order)
            let request = Finalize(certificateSigningRequest: plan.certificateSigningRequest)
            return .post([request.post(to: order)])
        case .valid(let certificate):
            return download(certificate)
        case .invalid:
            return explain(order, retryAfter: nil)
        }
    }

    private mutating func acceptAuthorizations(
        _ responses: [HTTPResponse],
        of order: Order
    ) throws(ACMEError) -> Action {
        var answers: [KeyAuthorization] = []
        var posts: [SignedPost] = []
        for authorization in try authorizations(responses, of: order) {
            switch authorization.status {
            case .valid:
                continue
            case .ended:
                throw .challengesFailed([authorization.failure])
            case .pending, .other:
                let challenge = try authorization.offeredChallenge
                answers.append(
                    KeyAuthorization(
                        host: authorization.identifier.value,
                        token: challenge.token,
                        thumbprint: plan.thumbprint
                    )
                )
                // A resumed order's challenge may have been answered before the crash.
                guard challenge.isPending else { continue }
                posts.append(SignedPost(to: challenge.url, payload: Payload.challenge))
            }
        }
        state = .presenting(order, answers: posts)
        return .present(answers)
    }

    private mutating func acceptAnswers(
        _ responses: [HTTPResponse],
        of order: Order
    ) throws(ACMEError) -> Action {
        for response in responses where !response.isSuccess {
            let problem = Problem(response)
            // Said of a challenge that is settled already; the order tells how it went.
            guard problem.kind == .malformed else { throw response.refusal }
        }
        state = .pausing(order)
        return .wait(PollPolicy.firstPause)
    }

    private mutating func acceptPoll(
        _ response: HTTPResponse,
        of order: Order,
        at now: Date
    ) throws(ACMEError) -> Action {
        guard response.isSuccess else { throw response.refusal }
        let order = try self.order(response, at: order.url)
        let retryAfter = response.retryAfter(from: now)
        switch order.status {
        case .pending where polling.isSlow:
            return explain(order, retryAfter: retryAfter)
        case .pending, .processing, .other:
            return pause(order, retryAfter: retryAfter)
        case .ready, .valid, .invalid:
            return advance(order)
        }
    }

    private mutating func acceptFinalize(
        _ response: HTTPResponse,
        of order: Order,
        at now: Date
    ) throws(ACMEError) -> Action {
        guard response.isSuccess else {
            let problem = Problem(response)
            // Also what a CA says that has taken the request already and whose answer was lost.
            guard problem.kind == .orderNotReady else { throw response.refusal }
            return pause(order, retryAfter: response.retryAfter(from: now))
        }
        return try acceptPoll(response, of: order, at: now)
    }

    private mutating func pause(_ order: Order, retryAfter: Duration?) -> Action {
        guard let delay = polling.next(retryAfter: retryAfter) else {
            return fail(
                .notInTime("the order is still \(order.status.name)", waited: polling.waited)
            )
        }
        state = .pausing(order)
        return .wait(delay)
    }

    /// Reads the authorizations to learn which names hold the order up.
    private mutating func explain(_ order: Order, retryAfter: Duration?) -> Action {
        state = .explaining(order, retryAfter: retryAfter)
        return .post(order.authorizations.map { .get($0) })
    }

    private mutating func acceptExplanation(
        _ responses: [HTTPResponse],
        of order: Order,
        retryAfter: Duration?
    ) throws(ACMEError) -> Action {
        var problem: Problem?
        if case .invalid(let reason) = order.status {
            problem = reason
            // Without its authorizations the order's own reason is what there is to tell.
            guard responses.allSatisfy(\.isSuccess) else { throw .orderFailed(problem) }
        }
        let failures = try authorizations(responses, of: order)
            .filter { $0.hasFailed(errorsAreFinal: plan.errorsAreFinal) }.map(\.failure)
        guard failures.isEmpty else { throw .challengesFailed(failures) }
        if case .invalid = order.status { throw .orderFailed(problem) }
        return pause(order, retryAfter: retryAfter)
    }

    private func authorizations(
        _ responses: [HTTPResponse],
        of order: Order
    ) throws(ACMEError) -> [Authorization] {
        var authorizations: [Authorization] = []
        for (response, url) in zip(responses, order.authorizations) {
            guard response.isSuccess else { throw response.refusal }
            let origin = plan.directory.origin
            let authorization = try Authorization(response, at: url, origin: origin)
            let name = authorization.identifier.value
            guard plan.names.contains(authorization.identifier) else { throw .foreignName(name) }
            authorizations.append(authorization)
        }
        return authorizations
    }
}

extension OrderStatus {
    fileprivate var name: String {
        switch self {
        case .pending: "pending"
        case .ready: "ready"
        case .processing: "processing"
        case .valid: "valid"
        case .invalid: "invalid"
        case .other(let name): name
        }
    }
}

extension Authorization {
    /// Whether its name will not be validated any more.
    ///
    /// An error alone does not tell: a CA that tries again keeps it (RFC 8555 §8.2). With
    /// `errorsAreFinal` the CA never does: one is known to leave such a challenge `processing` for
    /// ever.
    fileprivate func hasFailed(errorsAreFinal: Bool) -> Bool {
        switch status {
        case .ended: true
        case .valid: false
        case .pending, .other:
            challenge.map { $0.hasFailed || errorsAreFinal && $0.problem != nil } ?? false
        }
    }

    fileprivate var failure: ChallengeFailure {
        ChallengeFailure(host: identifier.value, problem: challenge?.problem)
    }

    fileprivate var offeredChallenge: Challenge {
        get throws(ACMEError) {
            guard let challenge else {
                throw .challengeNotOffered(host: identifier.value, offered: offeredTypes)
            }
            return challenge
        }
    }
}
