import Diagnostics
import HTTP
import Platform
import Synchronization

/// What became of a command in a container.
package struct CommandResult: Equatable, Sendable {
    package let exitCode: Int
    /// What it wrote to standard output; here an engine also says that there is no such program.
    package let output: [UInt8]
    package let errors: [UInt8]

    /// Whether the engine could not start the program at all.
    ///
    /// Docker says 126 and newer versions 127, as a shell would.
    package var isUnknownProgram: Bool { exitCode == 126 || exitCode == 127 }
}

extension EngineClient {
    /// What an answer without output may need.
    private static let shortAnswer = 64 << 10
    /// How often the exit code is asked for, each time after twice the pause: for 5 s in all.
    private static let lookups = 10
    private static let firstPause: Duration = .milliseconds(10)

    /// Runs a command in a container and waits for its end.
    ///
    /// One that takes too long is left to itself: the API has no way to end it. The program is looked
    /// for in the container's `PATH`; to write more than `limit` bytes is an error. A container whose
    /// state allows no commands is an ``EngineError/refused(request:status:message:)``.
    package func run(
        _ command: [String],
        in container: Container,
        limit: Int,
        timeLimit: Duration
    ) async throws(EngineError) -> CommandResult {
        let words = command.map { "\"\($0.escapedForJSON)\"" }.joined(separator: ",")
        let made = try await door.send(
            .post,
            versioned("/containers/\(container.id)/exec"),
            json: "{\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false,\"Cmd\":[\(words)]}",
            limit: Self.shortAnswer
        )
        let name = command.joined(separator: " ").harmless(limit: 200)
        guard let id = EngineValue(made.body)?["Id"].text,
            !id.isEmpty, id.utf8.allSatisfy({ (0x30...0x39).contains($0) || isLetter($0) })
        else {
            throw .noEngine(
                socket: endpoint.path,
                request: "exec of `\(name)`",
                reason: "it names no id for it"
            )
        }
        let stream = CommandStream(limit: limit)
        do throws(EngineError) {
            _ = try await door.send(
                .post,
                versioned("/exec/\(id)/start"),
                json: "{\"Detach\":false,\"Tty\":false}",
                // Heads come on top; a command that writes byte by byte has eight for each.
                limit: limit * 9 + Self.shortAnswer,
                timeLimit: timeLimit,
                receiver: { stream.take($0) }
            )
        } catch {
            throw stream.error(for: error, command: name, container: container.name, timeLimit)
        }
        if let fault = stream.finalFault {
            throw fault.error(command: name, container: container.name)
        }
        let exitCode = try await exitCode(of: id, name, in: container)
        let parser = stream.parser
        return CommandResult(exitCode: exitCode, output: parser.output, errors: parser.errors)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Asks how a command has ended, which an engine may learn a moment after its output's end.
    private func exitCode(
        of id: String,
        _ command: String,
        in container: Container
    ) async throws(EngineError) -> Int {
        var pause = Self.firstPause
        for lookup in 0..<Self.lookups {
            if lookup > 0 {
                do {
                    try await clock.sleep(for: pause)
                } catch {
                    break
                }
                pause = pause * 2
            }
            let state = try await door.value(versioned("/exec/\(id)/json"), limit: Self.shortAnswer)
            if !state["Running"].isTrue, let code = state["ExitCode"].number { return code }
        }
        throw .noExitCode(command: command, container: container.name)
    }
}

/// The output of a command, taken apart while it comes.
private final class CommandStream: Sendable {
    private struct State {
        var parser: FrameParser
        var fault: FrameParser.Fault?
    }

    private static let shownWords = 400

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(parser: FrameParser(limit: limit)))
    }

    var parser: FrameParser { state.withLock { $0.parser } }

    /// What is wrong with the stream, now that it has ended.
    var finalFault: FrameParser.Fault? {
        state.withLock { state in
            if let fault = state.fault { return fault }
            do throws(FrameParser.Fault) {
                try state.parser.finish()
                return nil
            } catch {
                return error
            }
        }
    }

    /// Takes a piece; `false` once there is something wrong with the stream.
    func take(_ piece: [UInt8]) -> Bool {
        state.withLock { state in
            do throws(FrameParser.Fault) {
                try state.parser.take(piece)
                return true
            } catch {
                state.fault = error
                return false
            }
        }
    }

    /// What ended the stream early.
    func error(
        for error: EngineError,
        command: String,
        container: String,
        _ timeLimit: Duration
    ) -> EngineError {
        let (parser, fault) = state.withLock { ($0.parser, $0.fault) }
        if let fault { return fault.error(command: command, container: container) }
        if case .tooSlow = error {
            return .commandHangs(
                command: command,
                container: container,
                seconds: Int(timeLimit.components.seconds),
                said: Self.lastWords(of: parser)
            )
        }
        return error
    }

    private static func lastWords(of parser: FrameParser) -> String {
        let bytes = (parser.output + parser.errors).suffix(shownWords)
        return String(decoding: bytes, as: UTF8.self).harmless(limit: shownWords)
    }
}

extension FrameParser.Fault {
    fileprivate func error(command: String, container: String) -> EngineError {
        let reason =
            switch self {
            case .notFramed(let bytes):
                "the engine sends it in no known form; it begins with "
                    + String(decoding: bytes, as: UTF8.self).harmless(limit: 8)
            case .truncated: "the connection to the engine ended in the midst of it"
            case .tooLong(let limit): "it is longer than \(limit) bytes"
            }
        return .brokenStream(command: command, container: container, reason: reason)
    }
}
