package import HTTP
import Platform
import Synchronization

/// A transport that answers as a test says, and remembers what it was asked.
package final class ScriptedTransport: Transport {
    package typealias Script =
        @Sendable (_ request: HTTPRequest, _ number: Int) -> Result<HTTPResponse, TransportFailure>

    private let script: Script
    private let asked = Mutex<[HTTPRequest]>([])

    /// Answers each request by `script`, which is told how many came before it.
    package init(_ script: @escaping Script) {
        self.script = script
    }

    package var requests: [HTTPRequest] { asked.withLock { $0 } }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count - 1
        }
        return try script(request, number).get()
    }
}
