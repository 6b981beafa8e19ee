/// One connection of the responder: what was received, what is to be sent, and until when.
///
/// Does no I/O: its owner does what ``wish`` says and reports what came of it.
struct ResponderConnection {
    /// What the connection waits for.
    enum Wish: Equatable {
        /// Bytes of a request.
        case receive
        /// The client, to take ``pendingOutput``.
        case send
        /// Nothing more: it is to be closed.
        case close
    }

    private let limits: Responder.Limits
    private var input: [UInt8] = []
    private var parser: ChallengeRequestParser
    private var output: [UInt8] = []
    private var sent = 0
    /// Nothing that the client sends is of interest any more.
    private var isClosing = false
    /// Whether the client may have sent what was not received.
    private(set) var leavesInput = false
    /// When the request that is under way must have been received and answered.
    ///
    /// It does not move while a request arrives: one that each byte put off would let a client
    /// hold its place for ever.
    private(set) var deadline: ContinuousClock.Instant

    /// Begins a connection.
    init(limits: Responder.Limits, at now: ContinuousClock.Instant) {
        self.limits = limits
        parser = ChallengeRequestParser(limit: limits.headBytes)
        deadline = now.advanced(by: limits.requestTime)
    }

    /// What the connection waits for now.
    var wish: Wish {
        if sent < output.count { return .send }
        return isClosing ? .close : .receive
    }

    /// How many bytes may be received, so that no more than one head is ever held.
    var room: Int { limits.headBytes - input.count }

    /// What is still to be sent, in order.
    var pendingOutput: ArraySlice<UInt8> { output[sent...] }

    /// Takes in bytes and answers all requests that they complete.
    ///
    /// All of them, because nothing else will draw attention to those behind the first: no further
    /// bytes need come.
    ///
    /// - Parameters:
    ///   - bytes: At most ``room`` of them.
    ///   - answer: Appends the response to a request.
    mutating func received(
        _ bytes: ArraySlice<UInt8>,
        answer: (ChallengeRequest, inout [UInt8]) -> Void
    ) {
        // Most requests come whole: those are never copied.
        guard !input.isEmpty else {
            let consumed = answerAll(in: bytes, answer)
            if !isClosing { input = Array(bytes.dropFirst(consumed)) }
            return
        }
        var whole = input
        input = []
        whole += bytes
        let consumed = answerAll(in: whole[...], answer)
        guard !isClosing else { return }
        whole.removeFirst(consumed)
        input = whole
    }

    /// Answers the requests that are complete; returns how many bytes they are.
    private mutating func answerAll(
        in bytes: ArraySlice<UInt8>,
        _ answer: (ChallengeRequest, inout [UInt8]) -> Void
    ) -> Int {
        var consumed = 0
        while !isClosing {
            switch parser.parse(bytes.dropFirst(consumed)) {
            case .needMore:
                return consumed
            case .malformed:
                // What does not speak HTTP/1 gets no word in it.
                isClosing = true
                leavesInput = true
            case .request(let request, let count):
                answer(request, &output)
                isClosing = !request.keepAlive
                consumed += count
                leavesInput = isClosing && (request.hasBody || consumed < bytes.count)
            }
        }
        return consumed
    }

    /// Notes that the client sends no more; it still gets the answers to what it has sent.
    mutating func receivedEnd() {
        isClosing = true
    }

    /// Notes that `count` bytes of ``pendingOutput`` are on their way.
    mutating func sent(_ count: Int, at now: ContinuousClock.Instant) {
        sent += count
        guard sent == output.count else { return }
        output.removeAll(keepingCapacity: true)
        sent = 0
        deadline = now.advanced(by: limits.requestTime)
    }

    /// Notes that the connection broke: nothing can be sent any more.
    mutating func failed() {
        output = []
        sent = 0
        isClosing = true
    }
}
