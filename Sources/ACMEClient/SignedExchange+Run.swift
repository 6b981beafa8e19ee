import ACME
import Diagnostics
import HTTP
import PKI
import Platform
import Synchronization

extension Session {
    /// Performs what a ``SignedExchange`` asks for; every decision is the machine's.
    func run(_ start: SignedExchange) async throws -> HTTPResponse {
        var exchange = start
        var action = exchange.start()
        while true {
            switch action {
            case .takeNonce:
                action = await takeNonce(for: &exchange)
            case .sign(let header, let payload):
                let signature = try JSONWebSignature(header: header, payload: payload, key: key)
                action = exchange.signed(signature)
            case .send(let request):
                action = await send(request, for: &exchange)
            case .wait(let delay):
                client.log.notice("asking again", ["in": "\(delay)"])
                try await client.clock.sleep(for: delay)
                action = exchange.waited()
            case .finish(let response):
                keepNonce(of: response)
                return response
            case .fail(let error):
                throw error
            }
        }
    }

    private func takeNonce(for exchange: inout SignedExchange) async -> SignedExchange.Action {
        if let nonce = nonces.withLock({ $0.take() }) { return exchange.received(nonce) }
        do {
            let response = try await requestNonce()
            return exchange.received(nonce: response, at: client.clock.now)
        } catch {
            return exchange.failed(error, from: directory.newNonce)
        }
    }

    private func send(
        _ request: HTTPRequest,
        for exchange: inout SignedExchange
    ) async -> SignedExchange.Action {
        do {
            let response = try await client.transport.send(request)
            client.log.debug(
                "answer",
                ["url": "\(request.url)", "status": "\(response.status)"]
            )
            return exchange.received(response, at: client.clock.now)
        } catch {
            client.log.debug("no answer", ["url": "\(request.url)", "reason": "\(error)"])
            return exchange.failed(error, from: request.url)
        }
    }
}
