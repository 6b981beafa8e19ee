package import Diagnostics
package import Platform

/// The responder as a service: it answers what issuers hand in over the control socket.
package final class ResponderService: Sendable {
    /// The sockets that it listens on.
    package struct Sockets: Sendable {
        /// Where clients come in: TCP.
        package var http: [ListeningSocket] = []
        /// Where a proxy hands challenges in.
        package var challenge: [ListeningSocket] = []
        /// Where issuers hand answers in: Unix sockets that carry messages.
        package var control: [ListeningSocket] = []

        /// No socket yet.
        package init() {}
    }

    private let responder: Responder
    private let stopSignal: StopSignal
    private let thread: WorkerThread

    /// Starts to answer, with nothing published.
    ///
    /// - Parameters:
    ///   - sockets: Where to listen.
    ///   - user: This process's own. Besides it, root and the owner of the control socket's file
    ///     may hand answers in.
    ///   - limits: What strangers can make the service spend.
    ///   - log: Where refused issuers are told of.
    /// - Throws: `SystemCallError` when the kernel has no descriptor or thread left.
    package init(
        _ sockets: Sockets,
        user: UInt32,
        limits: Responder.Limits,
        log: Log
    ) throws(SystemCallError) {
        let responder = try Responder(
            listeners: sockets.http,
            proxied: sockets.challenge,
            limits: limits
        )
        let stop = try StopSignal()
        let loop = ControlLoop(
            listeners: sockets.control,
            users: Set([0, user] + sockets.control.compactMap(\.fileOwner)),
            responder: responder,
            stop: stop,
            log: log
        )
        self.responder = responder
        stopSignal = stop
        thread = try WorkerThread { loop.run() }
    }

    deinit {
        stop()
    }

    /// Stops: no issuer is heard and no request answered any more.
    package func stop() {
        stopSignal.send()
        thread.join()
        responder.stop()
    }
}

extension Responder.Limits {
    /// What a connection's buffers, the control socket and the process itself need besides.
    private static let reservedDescriptors = 128

    /// The limits of a service that may have so many descriptors open.
    package static func service(descriptors: Int) -> Responder.Limits {
        var limits = Responder.Limits()
        limits.connections = min(4096, max(64, descriptors - reservedDescriptors))
        limits.graceTime = .milliseconds(250)
        return limits
    }
}
