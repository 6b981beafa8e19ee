import CertificateStore
import Diagnostics
import HTTP
import HTTP01
import Platform
import Synchronization
import TestSupport
import Workflows

@testable import Commands

/// What a command writes, and what the person in front of it answers.
final class Screen: Sendable {
    private let written = Mutex<[Int32: String]>([:])
    private let answer: String?
    private let isTerminal: Bool
    private let isAnswerRead: Bool
    private let isJournal: Bool
    private let isInteractive: Bool
    /// The number of the error that writing the answer fails with.
    private let trouble: Int32?

    /// Makes a screen in front of someone who answers every question with `answer`, if anyone is.
    init(
        isTerminal: Bool = false,
        isAnswerRead: Bool = false,
        isJournal: Bool = false,
        isInteractive: Bool = false,
        answer: String? = nil,
        trouble: Int32? = nil
    ) {
        self.answer = answer
        self.trouble = trouble
        self.isTerminal = isTerminal
        self.isAnswerRead = isAnswerRead
        self.isJournal = isJournal
        self.isInteractive = isInteractive
    }

    /// What went to standard output.
    var output: String { written.withLock { $0[1] ?? "" } }
    /// What went to standard error.
    var errors: String { written.withLock { $0[2] ?? "" } }

    /// The console that writes here.
    var console: Console {
        Console(
            isTerminal: isTerminal,
            isAnswerRead: isAnswerRead,
            isJournal: isJournal,
            isInteractive: isInteractive,
            output: { text, descriptor in
                if descriptor == 1, let trouble = self.trouble { return trouble }
                self.written.withLock { $0[descriptor, default: ""] += text }
                return nil
            },
            input: { self.answer }
        )
    }
}

extension CommandContext {
    /// A context with an empty store in memory, by default, and no network.
    static func test(
        on screen: Screen = Screen(),
        isJSON: Bool = false,
        fileSystem: any FileSystem = MemoryFileSystem(),
        log: Log = .silent
    ) -> CommandContext {
        test(
            on: screen,
            isJSON: isJSON,
            services: Services(
                layout: StoreLayout(home: "/home"),
                fileSystem: fileSystem,
                clock: ManualClock(),
                processes: SpawnProcessRunner(),
                user: 1000,
                log: log,
                makeTransport: { _ in NoNetwork() },
                makeSolver: { _ in NoSolver() }
            )
        )
    }

    /// A context with services of a test's own.
    static func test(
        on screen: Screen,
        isJSON: Bool = false,
        services: Services
    ) -> CommandContext {
        CommandContext(
            services: services,
            console: screen.console,
            story: Story(screen.console, isQuiet: true, isVerbose: false),
            isJSON: isJSON
        )
    }
}

/// A network on which nothing can be reached.
private struct NoNetwork: Transport {
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        throw .notConnected("there is no network in this test")
    }
}

/// A responder that is never asked.
private struct NoSolver: ChallengeSolver {
    func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        throw CancellationError()
    }
}
