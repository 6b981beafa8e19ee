package import ACME
package import Platform

/// Answers HTTP-01 challenges on a thread of its own.
///
/// The path of a published token is answered with its key authorization, everything else with a
/// constant 404. Answers are kept in memory only and nothing that a client sent is ever repeated.
///
/// Source: RFC 8555 §8.3.
package final class Responder: Sendable {
    /// What strangers can make the responder spend.
    package struct Limits: Sendable {
        /// How many connections may be open.
        package var connections = 512
        /// How many of them one network may have.
        package var connectionsPerNetwork = 64
        /// How long a client may take to send a request and to take the answer.
        package var requestTime = Duration.seconds(5)
        /// How long the head of a request may be.
        package var headBytes = 8192
        /// How many connections are accepted before others have their turn.
        package var acceptsAtOnce = 64

        /// How long nobody is accepted at first.
        ///
        /// Issuers that were connected to a service before this one have as long to hand their
        /// answers in again; who asks meanwhile waits in the sockets' queues.
        package var graceTime = Duration.zero

        /// The limits that suit a host of any size.
        package init() {}
    }

    /// Where requests come in.
    struct Door {
        /// The socket.
        let socket: ListeningSocket
        /// Whether a proxy is before it.
        let isProxied: Bool
    }

    private let answers = AnswerTable()
    private let stopSignal: StopSignal
    private let thread: WorkerThread

    /// Starts to answer on `listeners`, with nothing published.
    ///
    /// - Parameters:
    ///   - listeners: Where clients come in. They are closed when the responder stops, unless
    ///     somebody else keeps them.
    ///   - proxied: Where a proxy hands requests in; nobody is ever sent to https from there.
    ///   - limits: What strangers can make it spend.
    /// - Throws: `SystemCallError` when the kernel has no descriptor or thread left.
    package init(
        listeners: [ListeningSocket],
        proxied: [ListeningSocket] = [],
        limits: Limits = Limits()
    ) throws(SystemCallError) {
        stopSignal = try StopSignal()
        let loop = try ResponderLoop(
            doors: listeners.map { Door(socket: $0, isProxied: false) }
                + proxied.map { Door(socket: $0, isProxied: true) },
            answers: answers,
            limits: limits,
            stop: stopSignal
        )
        thread = try WorkerThread { loop.run() }
    }

    deinit {
        stop()
    }

    /// Serves `answers` from now on; one that is published twice has to be withdrawn twice.
    package func publish(_ answers: [KeyAuthorization]) {
        self.answers.publish(answers)
    }

    /// Takes back one publication of each of `answers`.
    package func withdraw(_ answers: [KeyAuthorization]) {
        self.answers.withdraw(answers)
    }

    /// Sends requests for these hosts to https from now on, where they are for no challenge.
    ///
    /// - Parameter hosts: In lower case, without a dot at the end.
    package func redirect(_ hosts: [String]) {
        answers.redirect(hosts)
    }

    /// How often the answer for `token` was given since it was published, whoever asked for it.
    package func servedCount(of token: Token) -> Int {
        answers.servedCount(of: token)
    }

    /// Stops answering, closes all connections and waits until the thread has ended.
    package func stop() {
        stopSignal.send()
        thread.join()
    }
}
