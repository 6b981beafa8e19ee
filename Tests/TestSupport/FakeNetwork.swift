package import ACME
package import HTTP
package import HTTP01
import Platform
import Synchronization

/// The network between a client and some ``FakeCA``s, and the responder that they ask.
package final class FakeNetwork: Transport, ChallengeSolver, ChallengePresenter {
    private let authorities: Mutex<[FakeCA]>

    package init(_ ca: FakeCA) {
        authorities = Mutex([ca])
    }

    /// Adds a CA with another address.
    package func add(_ ca: FakeCA) {
        authorities.withLock { $0.append(ca) }
    }

    /// Lets a test look at a CA, by its place, or change it.
    package func withCA<Result: Sendable>(
        _ place: Int = 0,
        _ body: (inout FakeCA) -> Result
    ) -> Result {
        authorities.withLock { body(&$0[place]) }
    }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let outcome: FakeCA.Outcome = authorities.withLock { authorities in
            for place in authorities.indices
            where request.url.description.hasPrefix(authorities[place].base + "/") {
                return authorities[place].answer(request)
            }
            return .failure(.hostNotFound("Could not resolve host"))
        }
        let response = try outcome.get()
        guard response.body.count <= request.bodyLimit else {
            throw .tooLarge(limit: request.bodyLimit)
        }
        return response
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        defer { serve { _ in [:] } }
        return try await body(self)
    }

    package func present(_ answers: [KeyAuthorization]) async throws {
        serve { served in
            answers.reduce(into: served) { $0[$1.path] = $1.content }
        }
    }

    private func serve(_ change: ([String: String]) -> [String: String]) {
        authorities.withLock { authorities in
            for place in authorities.indices {
                authorities[place].served = change(authorities[place].served)
            }
        }
    }
}
