import ACME
import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@testable import HTTP01

@Suite struct WebrootSolverTests {
    private let directory: TemporaryDirectory
    private let fileSystem = POSIXFileSystem()
    private let door = FrontDoor(port: 1, log: .silent)

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var solver: WebrootSolver {
        WebrootSolver(directory: directory.path, fileSystem: fileSystem, door: door)
    }

    @Test func `answers are files that anyone can read, and gone with all that was made`()
        async throws
    {
        let answer = try keyAuthorization()
        let path = directory.path + answer.path
        let fileSystem = fileSystem
        try await solver.serving { presenter in
            try await presenter.present([answer])
            #expect(try fileSystem.readFile(path, limit: 1000) == Array(answer.content.utf8))
            #expect(try fileSystem.status(path)?.mode == .publicFile)
        }
        #expect(try fileSystem.list(directory.path).isEmpty)
    }

    @Test func `what was there stays`() async throws {
        try fileSystem.makeDirectory(directory(".well-known"), .publicDirectory)
        try fileSystem.makeDirectory(directory(".well-known/acme-challenge"), .publicDirectory)
        let other = directory(".well-known/acme-challenge/other")
        try fileSystem.writeNewFile(other, [1], .publicFile)
        let answer = try keyAuthorization()
        try await solver.serving { presenter in try await presenter.present([answer]) }
        #expect(try fileSystem.list(directory(".well-known/acme-challenge")) == ["other"])
    }

    @Test func `a directory that others use by now stays`() async throws {
        let other = directory(".well-known/security.txt")
        let fileSystem = fileSystem
        try await solver.serving { _ in try fileSystem.writeNewFile(other, [1], .publicFile) }
        #expect(try fileSystem.list(directory(".well-known")) == ["security.txt"])
    }

    @Test func `a foreign file of that name is refused and left alone`() async throws {
        let answer = try keyAuthorization()
        let path = directory.path + answer.path
        let (solver, fileSystem) = (solver, fileSystem)
        await #expect(throws: HTTP01Error.webrootFileExists(path: path)) {
            try await solver.serving { presenter in
                try fileSystem.writeNewFile(path, [1, 2], .publicFile)
                try await presenter.present([answer])
            }
        }
        #expect(try fileSystem.readFile(path, limit: 10) == [1, 2])
    }

    @Test func `the file of a run that was killed is used and removed`() async throws {
        let answer = try keyAuthorization()
        let path = directory.path + answer.path
        let (solver, fileSystem) = (solver, fileSystem)
        try await solver.serving { presenter in
            try fileSystem.writeNewFile(path, Array(answer.content.utf8), .publicFile)
            try await presenter.present([answer])
        }
        #expect(try fileSystem.status(path) == nil)
    }

    @Test func `a link below the root is not followed`() async throws {
        try fileSystem.makeDirectory(directory("elsewhere"), .publicDirectory)
        try fileSystem.makeSymbolicLink(directory(".well-known"), to: "elsewhere")
        let solver = solver
        await #expect(throws: HTTP01Error.self) { try await solver.serving { _ in } }
        #expect(try fileSystem.list(directory("elsewhere")).isEmpty)
    }

    @Test func `a link to the root is followed`() async throws {
        try fileSystem.makeDirectory(directory("real"), .publicDirectory)
        try fileSystem.makeSymbolicLink(directory("link"), to: "real")
        let answer = try keyAuthorization()
        let solver = WebrootSolver(directory: directory("link"), fileSystem: fileSystem, door: door)
        let (real, fileSystem) = (directory("real"), fileSystem)
        try await solver.serving { presenter in
            try await presenter.present([answer])
            #expect(try fileSystem.status(real + answer.path)?.kind == .file)
        }
    }

    @Test func `a root that is not there is an error before the body begins`() async throws {
        let path = directory("nowhere")
        let solver = WebrootSolver(directory: path, fileSystem: fileSystem, door: door)
        let expected = HTTP01Error.webroot(directory: path, reason: "there is no such directory")
        await #expect(throws: expected) {
            try await solver.serving { _ in Issue.record("the body began") }
        }
    }
}
