package import FoundationEssentials
package import HTTP

/// One signed request until its answer: nonce, signature, refusals of the nonce, retries.
///
/// Does no I/O: the caller performs each ``Action`` and reports what came of it.
///
///     idle → awaitingNonce → awaitingSignature → awaitingResponse → settled
///                 ↑  └──────────→ pausing ←──────────────┤
///                 └───────────────────┴──────────────────┘
///
/// Source: RFC 8555 §6.2 to §6.7.
package struct SignedExchange: Sendable {
    /// What the caller has to do next, and which method it then calls.
    package enum Action: Equatable {
        /// Take a nonce from the pool and call ``received(_:)``; where it is empty ask the CA and
        /// call ``received(nonce:at:)`` or ``failed(_:from:)``.
        case takeNonce
        /// Sign this, then call ``signed(_:)``.
        case sign(ProtectedHeader, payload: [UInt8])
        /// Send this, then call ``received(_:at:)`` or ``failed(_:from:)``.
        case send(HTTPRequest)
        /// Wait, then call ``waited()``.
        case wait(Duration)
        case finish(HTTPResponse)
        case fail(ACMEError)
    }

    private enum State {
        case idle
        case awaitingNonce
        case awaitingSignature
        case awaitingResponse
        case pausing
        case settled
    }

    /// A CA that refuses half of all good nonces still lets all but one in 4 × 10⁹ requests
    /// through; one that refuses all of them is found out after as many round trips.
    static let mostNonces = 32
    /// Certificate chains are the longest answers; other CAs' clients were killed by more.
    static let bodyLimit = 256 * 1024

    private let post: SignedPost
    private let signer: ProtectedHeader.Signer
    private var state = State.idle
    private var retries = RetryPolicy()
    private var refusedNonces = 0

    /// Prepares the exchange for `post`, signed in the name of `signer`.
    package init(_ post: SignedPost, signer: ProtectedHeader.Signer) {
        self.post = post
        self.signer = signer
    }

    /// Begins; to be called once, before anything else.
    package mutating func start() -> Action {
        precondition(state == .idle, "the exchange was started before")
        state = .awaitingNonce
        return .takeNonce
    }

    /// Takes a nonce of the pool.
    package mutating func received(_ nonce: Nonce) -> Action {
        precondition(state == .awaitingNonce, "no nonce was asked for")
        state = .awaitingSignature
        return .sign(
            ProtectedHeader(signer: signer, nonce: nonce, url: post.url),
            payload: post.payload
        )
    }

    /// Takes the CA's answer to a request for a nonce.
    package mutating func received(nonce response: HTTPResponse, at now: Date) -> Action {
        precondition(state == .awaitingNonce, "no nonce was asked for")
        if let nonce = response.replayNonce { return received(nonce) }
        switch retries.verdict(on: response, at: now) {
        case .accept:
            state = .settled
            return .fail(.noNonce)
        case let verdict:
            return act(on: verdict, response)
        }
    }

    /// Takes the request's signed body.
    package mutating func signed(_ signature: JSONWebSignature) -> Action {
        precondition(state == .awaitingSignature, "nothing was to be signed")
        state = .awaitingResponse
        var headers: HTTPHeaders = ["content-type": JSONWebSignature.mediaType]
        if let accept = post.accept { headers.append("accept", accept) }
        return .send(
            HTTPRequest(
                .post,
                post.url,
                headers: headers,
                body: signature.body,
                bodyLimit: Self.bodyLimit
            )
        )
    }

    /// Takes the CA's answer to the request.
    package mutating func received(_ response: HTTPResponse, at now: Date) -> Action {
        precondition(state == .awaitingResponse, "no request is under way")
        if response.status == 400, Problem(response).kind == .badNonce {
            return retryRefusedNonce(response)
        }
        if response.status == 500, post.judgesServerErrors { return act(on: .accept, response) }
        return act(on: retries.verdict(on: response, at: now), response)
    }

    /// Reports that the request, or the one for its nonce, got no answer.
    package mutating func failed(_ failure: TransportFailure, from url: WebURL) -> Action {
        precondition(state == .awaitingResponse || state == .awaitingNonce, "nothing is under way")
        return act(on: retries.verdict(on: failure, from: url), nil)
    }

    /// Reports that the time asked for has passed.
    package mutating func waited() -> Action {
        precondition(state == .pausing, "no pause was asked for")
        state = .awaitingNonce
        return .takeNonce
    }

    /// RFC 8555 §6.5: the refusal carries a fresh nonce, which is the one to try again with.
    private mutating func retryRefusedNonce(_ response: HTTPResponse) -> Action {
        refusedNonces += 1
        guard refusedNonces < Self.mostNonces else {
            state = .settled
            return .fail(.noncesRefused(attempts: refusedNonces))
        }
        state = .awaitingNonce
        guard let nonce = response.replayNonce else { return .takeNonce }
        return received(nonce)
    }

    private mutating func act(
        on verdict: RetryPolicy.Verdict,
        _ response: HTTPResponse?
    ) -> Action {
        switch verdict {
        case .retry(let delay):
            state = .pausing
            return .wait(delay)
        case .fail(let error):
            state = .settled
            return .fail(error)
        case .accept:
            state = .settled
            guard let response else { preconditionFailure("a failure cannot be accepted") }
            return .finish(response)
        }
    }
}
