package import ACME
package import HTTP
package import HTTP01
import Platform
import Synchronization

/// The network between a client and a ``FakeCA``, and the responder that the CA asks.
package final class FakeNetwork: Transport, ChallengeSolver, ChallengePresenter {
    private let ca: Mutex<FakeCA>

    package init(_ ca: sending FakeCA) {
        self.ca = Mutex(ca)
    }

    /// Lets a test look at the CA or change it.
    package func withCA<Result>(_ body: (inout sending FakeCA) -> sending Result) -> sending Result
    {
        ca.withLock(body)
    }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let response = try ca.withLock { $0.answer(request) }.get()
        guard response.body.count <= request.bodyLimit else {
            throw .tooLarge(limit: request.bodyLimit)
        }
        return response
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        defer { ca.withLock { $0.served = [:] } }
        return try await body(self)
    }

    package func present(_ answers: [KeyAuthorization]) async throws {
        ca.withLock { ca in
            for answer in answers {
                ca.served[answer.path] = answer.content
            }
        }
    }
}
