import FoundationEssentials
import HTTP
import TestSupport
import Testing

@testable import Deployment

/// Cases S04, S05, S07, S08 and S09 of the reliability catalogue: commands in a container.
@Suite struct EngineCommandTests {
    private func run(
        _ command: ScriptedEngine.Command,
        pieceSize: Int = 1 << 16,
        limit: Int = 1000,
        clock: ManualClock = ManualClock()
    ) async throws -> CommandResult {
        let engine = ScriptedEngine(.with())
        engine.change { model in
            model.command = { _ in command }
            model.pieceSize = pieceSize
        }
        let (client, container) = try await engine.client(for: "web", clock: clock)
        return try await client.run(
            ["nginx", "-t"],
            in: container,
            limit: limit,
            timeLimit: .seconds(7)
        )
    }

    @Test(arguments: [1, 3, 8, 11, 1000])
    func `both outputs and the exit code come back`(pieceSize: Int) async throws {
        let command = ScriptedEngine.Command(exitCode: 1, output: "out", errors: "nginx: [emerg]")
        let result = try await run(command, pieceSize: pieceSize)
        #expect(result.exitCode == 1)
        #expect(result.output == Array("out".utf8))
        #expect(result.errors == Array("nginx: [emerg]".utf8))
        #expect(!result.isUnknownProgram)
    }

    @Test func `the words of a command arrive as they are`() async throws {
        let engine = ScriptedEngine(.with())
        let (client, container) = try await engine.client(for: "web")
        let words = ["nginx", "-g", "a \"b\" \\c\n\u{1}é;"]
        _ = try await client.run(words, in: container, limit: 10, timeLimit: .seconds(1))
        #expect(engine.commands == [words])
    }

    @Test(arguments: [126, 127])
    func `a program that is missing is known by its exit code`(code: Int) async throws {
        let said = "OCI runtime exec failed: exec: \"nginx\": executable file not found in $PATH"
        let result = try await run(ScriptedEngine.Command(exitCode: code, output: said))
        #expect(result.isUnknownProgram)
        #expect(result.output == Array(said.utf8))
    }

    @Test func `S08: a command that hangs is given up with what it had said`() async throws {
        var command = ScriptedEngine.Command(output: "waiting for \u{1B}dns")
        command.failure = .timedOut("7 s")
        let expected = EngineError.commandHangs(
            command: "nginx -t",
            container: "web",
            seconds: 7,
            said: "waiting for ·dns"
        )
        await #expect(throws: expected) { _ = try await run(command) }
    }

    @Test func `S09: an exit code that comes late is waited for`() async throws {
        var command = ScriptedEngine.Command(exitCode: 3)
        command.lag = 5
        let clock = ManualClock()
        let before = clock.now
        #expect(try await run(command, clock: clock).exitCode == 3)
        #expect(clock.now.timeIntervalSince(before) < 1)
    }

    @Test func `S09: an exit code that never comes is an error, and the waiting has an end`()
        async throws
    {
        let clock = ManualClock()
        let before = clock.now
        var running = ScriptedEngine.Command()
        running.lag = .max
        for command in [ScriptedEngine.Command(exitCode: nil), running] {
            await #expect(throws: EngineError.noExitCode(command: "nginx -t", container: "web")) {
                _ = try await run(command, clock: clock)
            }
        }
        #expect(clock.now.timeIntervalSince(before) < 12)
    }

    @Test func `S07: a stream that breaks off is no answer`() async throws {
        let whole = ScriptedEngine.frames(2, "syntax is ok")
        for length in 1..<whole.count {
            var command = ScriptedEngine.Command()
            command.stream = Array(whole.prefix(length))
            let expected = EngineError.brokenStream(
                command: "nginx -t",
                container: "web",
                reason: "the connection to the engine ended in the midst of it"
            )
            await #expect(throws: expected) { _ = try await run(command) }
        }
    }

    @Test func `S07: a stream without frames is no answer`() async throws {
        var command = ScriptedEngine.Command()
        command.stream = Array("<html>\u{1B}[2J".utf8)
        await #expect(throws: EngineError.self) { _ = try await run(command) }
    }

    @Test func `S07: a command that writes 100 MB is cut off`() async throws {
        var command = ScriptedEngine.Command()
        command.stream = [1, 0, 0, 0, 6, 0x40, 0, 0] + Array(repeating: 65, count: 100 << 20)
        let expected = EngineError.brokenStream(
            command: "nginx -t",
            container: "web",
            reason: "it is longer than 1000 bytes"
        )
        await #expect(throws: expected) { _ = try await run(command) }
    }

    @Test func `S04: a container that has gone is refused by the engine`() async throws {
        let engine = ScriptedEngine(.with())
        let (client, container) = try await engine.client(for: "web")
        engine.change { $0.containers = [] }
        let error = await #expect(throws: EngineError.self) {
            _ = try await client.run(["nginx"], in: container, limit: 1, timeLimit: .seconds(1))
        }
        #expect(error?.isNotFound == true)
        #expect(error?.isAboutState == true)
    }

    @Test func `S05: a container that does not run is refused by the engine`() async throws {
        let engine = ScriptedEngine(.with { $0.status = "exited" })
        let (client, container) = try await engine.client(for: "web")
        let error = await #expect(throws: EngineError.self) {
            _ = try await client.run(["nginx"], in: container, limit: 1, timeLimit: .seconds(1))
        }
        #expect(error?.isNotFound == false)
        #expect(error?.isAboutState == true)
    }

    @Test(arguments: [#"{}"#, #"{"Id":""}"#, #"{"Id":"../../x"}"#, #"{"Id":7}"#, "no"])
    func `an id that is none is not asked for`(body: String) async throws {
        let engine = ScriptedEngine(.with())
        let (client, container) = try await engine.client(for: "web")
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.hasSuffix("/exec")
                    ? .success(HTTPResponse(status: 201, body: Array(body.utf8))) : nil
            }
        }
        await #expect(throws: EngineError.self) {
            _ = try await client.run(["nginx"], in: container, limit: 1, timeLimit: .seconds(1))
        }
        #expect(!engine.paths.contains { $0.contains("/start") })
    }
}
