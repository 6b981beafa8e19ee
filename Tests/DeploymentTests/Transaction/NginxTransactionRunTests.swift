import Diagnostics
import Nginx
import Platform
import TestSupport
import Testing

@testable import Deployment

/// A change of nginx's configuration is proven, or everything is as it was: whatever fails, and
/// wherever it is cut off.
@Suite struct NginxTransactionRunTests {
    private let files = MemoryFileSystem(user: 0)
    private let nginx: ModelNginx
    private let old = [
        "a.conf": "old a", "user.conf": "old and long: \(String(repeating: "u", count: 1500))",
        "gone.conf": "old gone",
    ]
    private let new = [
        "a.conf": "new a", "user.conf": "new and longer: \(String(repeating: "v", count: 2500))",
        "b.conf": "new b",
    ]

    init() {
        nginx = ModelNginx(files)
        files.put(directory: "/lib/deploy", mode: .privateDirectory)
        for (name, text) in old {
            files.put("/etc/nginx/\(name)", Array(text.utf8), mode: .publicFile)
        }
        nginx.restart()
    }

    private func full(_ texts: [String: String]) -> [String: [UInt8]] {
        texts.reduce(into: [:]) { $0["/etc/nginx/\($1.key)"] = Array($1.value.utf8) }
    }

    /// From the old files to the new ones; the user's own is written in place.
    private var changes: [FileChange] {
        let (old, new) = (full(old), full(new))
        return Set(old.keys).union(new.keys).sorted().map { path in
            FileChange(
                path: path,
                before: old[path],
                after: new[path],
                isInPlace: path.hasSuffix("user.conf")
            )
        }
    }

    private var present: [String: [UInt8]] { files.contents(below: "/etc/nginx") }
    private var hasNote: Bool { files.bytes(of: "/lib/deploy/transaction") != nil }

    private func run(_ changes: [FileChange]? = nil) async -> TransactionFailure? {
        do {
            try await NginxTransaction.run(
                changes ?? self.changes,
                nginx.services(full(new))
            )
            return nil
        } catch let failure as TransactionFailure {
            return failure
        } catch {
            Issue.record("it failed with \(error)")
            return nil
        }
    }

    @Test func `what works is served with one reload, and no note is left`() async {
        #expect(await run() == nil)
        #expect(present == full(new))
        #expect(nginx.loaded == full(new))
        #expect(nginx.reloads == 1)
        #expect(!hasNote)
    }

    // X07
    @Test func `a configuration that was broken before is left alone`() async {
        files.put("/etc/nginx/other.conf", Array("bad".utf8))
        let before = files.contents(below: "/")
        let failure = await run()
        #expect(failure == .untouched(.init(.brokenBefore, "Refusal(words: \"[emerg] bad\")")))
        #expect(files.contents(below: "/") == before)
        #expect(nginx.reloads == 0)
    }

    // X08
    @Test func `what nginx refuses is taken back byte for byte, without a reload`() async {
        var changes = changes
        changes.append(
            FileChange(path: "/etc/nginx/z.conf", before: nil, after: Array("bad".utf8))
        )
        let failure = await run(changes)
        #expect(failure?.diagnosis.what.hasPrefix("nginx refuses the new configuration") == true)
        #expect(present == full(old))
        #expect(nginx.reloads == 0)
        #expect(!hasNote)
    }

    // X11
    @Test(arguments: ["reload", "prove"])
    func `what is not taken up, or not served, is taken back and loaded again`(
        call: String
    ) async {
        nginx.fail(call, "it does not work")
        let failure = await run()
        guard case .rolledBack(let fault, _) = failure else {
            Issue.record("it ended with \(String(describing: failure))")
            return
        }
        #expect(fault.reason.contains("it does not work"))
        #expect(present == full(old))
        #expect(nginx.loaded == full(old))
        #expect(!hasNote)
    }

    // X06
    @Test func `a file that was changed since the plan is not overwritten, and the others go back`()
        async
    {
        let path = "/etc/nginx/user.conf"
        files.put(path, Array("old, and edited".utf8))
        let failure = await run()
        #expect(failure?.diagnosis.why.contains(path) == true)
        var expected = full(old)
        expected[path] = Array("old, and edited".utf8)
        #expect(present == expected)
    }

    @Test func `what somebody changed while it was proven is not overwritten either`() async {
        let path = "/etc/nginx/a.conf"
        let (files, nginx) = (files, nginx)
        var services = nginx.services(full(new))
        services = TransactionServices(
            files: files,
            note: services.note,
            test: services.test,
            reload: services.reload,
            prove: {
                files.put(path, Array("edited".utf8))
                throw ModelNginx.Refusal(words: "not served")
            }
        )
        await #expect(throws: TransactionFailure.self) {
            try await NginxTransaction.run(changes, services)
        }
        #expect(files.bytes(of: path) == Array("edited".utf8))
        // It stays to be looked at, and all others are back.
        #expect(hasNote)
        #expect(files.bytes(of: "/etc/nginx/gone.conf") != nil)
        #expect(files.bytes(of: "/etc/nginx/b.conf") == nil)
    }

    /// How many calls that change something a run has, from its first one.
    private func calls() async -> Int {
        let before = files.changes
        _ = await run()
        return files.changes - before
    }

    @Test(arguments: [true, false])
    func
        `wherever it dies, nginx starts with what was there or with what is wanted, and the next run ends it`(
            losesUnsynced: Bool
        ) async throws
    {
        let count = await NginxTransactionRunTests().calls()
        #expect(count > 20)
        for call in 1...count {
            let test = NginxTransactionRunTests()
            try await test.dies(at: call, losesUnsynced: losesUnsynced)
        }
    }

    private func dies(at call: Int, losesUnsynced: Bool) async throws {
        var plan = MemoryFileSystem.Plan()
        plan.diesAt = files.changes + call
        files.plan(plan)
        _ = await run()
        #expect(files.isDead, "call \(call)")
        files.plan(MemoryFileSystem.Plan())
        if losesUnsynced { files.restartAfterPowerCut() } else { files.restart() }
        // What was loaded is served on, or the container has crashed too: either way it is good.
        #expect(nginx.loaded == full(old) || nginx.loaded == full(new), "call \(call)")
        let services = nginx.services(full(new))
        _ = try await NginxTransaction.recover(services)
        #expect(
            present.filter { !$0.key.hasSuffix("~new") } == full(old) || present == full(new),
            "call \(call)"
        )
        nginx.restart()
        #expect(nginx.starts && !hasNote, "call \(call)")
        let isOld = files.bytes(of: "/etc/nginx/gone.conf") != nil
        if isOld { #expect(await run() == nil, "call \(call)") }
        #expect(present == full(new), "call \(call)")
    }

    @Test func `wherever the disk fails once, it is served or as it was`() async throws {
        let count = await NginxTransactionRunTests().calls()
        for call in 1...count {
            let test = NginxTransactionRunTests()
            var plan = MemoryFileSystem.Plan()
            plan.failsAt = (test.files.changes + call, .noSpace)
            test.files.plan(plan)
            let failure = await test.run()
            if failure == nil {
                #expect(test.present == test.full(test.new), "call \(call)")
            } else {
                _ = try await NginxTransaction.recover(test.nginx.services(test.full(test.new)))
                // No part of a file is left beside them either.
                #expect(
                    test.present == test.full(test.old) || test.present == test.full(test.new),
                    "call \(call)"
                )
            }
            #expect(!test.hasNote, "call \(call)")
        }
    }

    @Test(arguments: [
        (FileSystemError.Reason.noSpace, "make room on the file system of /etc/nginx "),
        (.readOnly, "have the file system of /etc/nginx mounted for writing"),
        (.notPermitted, "make that possible"),
    ])
    func `what keeps a file from being written is told, and who could let the unit write`(
        reason: FileSystemError.Reason,
        fix: String
    ) async throws {
        let unit = "certctl-deploy.service"
        var told: TransactionFailure?
        let count = await NginxTransactionRunTests().calls()
        for call in 1...count where told == nil {
            let test = NginxTransactionRunTests()
            var plan = MemoryFileSystem.Plan()
            plan.failsAt = (test.files.changes + call, reason)
            test.files.plan(plan)
            let failure = await test.run()
            if case .rolledBack(let fault, _)? = failure, fault.step == .write { told = failure }
        }
        let failure = try #require(told)
        #expect(failure.diagnosis(before: .apply).fix.hasPrefix(fix))
        #expect(!failure.diagnosis(before: .apply).fix.contains(unit))
        #expect(failure.diagnosis(before: .deploy).fix.hasPrefix(fix))
        #expect(failure.diagnosis(before: .deploy).fix.contains(unit) == (reason != .noSpace))
    }

    @Test func `a note that is damaged is not followed`() async throws {
        try nginx.services([:]).note.write(changes)
        var bytes = try #require(files.bytes(of: "/lib/deploy/transaction"))
        bytes[bytes.count - 10] ^= 1
        files.put("/lib/deploy/transaction", bytes)
        await #expect(throws: TransactionFailure.noteDamaged(path: "/lib/deploy/transaction")) {
            try await NginxTransaction.recover(nginx.services([:]))
        }
        #expect(present == full(old))
    }

    // MARK: What somebody has changed since it was cut off

    /// Leaves what a run leaves that is killed before nginx has read anything.
    private func cutOff() throws {
        try nginx.services([:]).note.write(changes)
        for change in changes { try change.make(in: files) }
    }

    private func recover() async throws -> NginxTransaction.Recovery? {
        try await NginxTransaction.recover(nginx.services([:]))
    }

    /// What a person has changed may include what the run has made: it goes together or not at all.
    @Test func `where a file was changed since all of it stays, if nginx accepts that`()
        async throws
    {
        try cutOff()
        let path = "/etc/nginx/a.conf"
        files.put(path, Array("edited".utf8))
        #expect(try await recover()?.leftAlone == [path])
        var expected = full(new)
        expected[path] = Array("edited".utf8)
        #expect(present == expected)
        #expect(nginx.loaded == expected)
        #expect(!hasNote)
    }

    @Test func `what was written by half is put back all the same`() async throws {
        try cutOff()
        let (path, user) = ("/etc/nginx/a.conf", "/etc/nginx/user.conf")
        files.put(path, Array("edited".utf8))
        let (old, new) = (try #require(full(old)[user]), try #require(full(new)[user]))
        files.put(user, Array(new[..<1000]) + Array(old[1000...]))
        #expect(try await recover()?.leftAlone == [path])
        #expect(files.bytes(of: user) == old)
        #expect(files.bytes(of: path) == Array("edited".utf8))
    }

    @Test func `what stood in it is kept until nginx accepts what stands there now`() async throws {
        try cutOff()
        let path = "/etc/nginx/a.conf"
        files.put(path, Array("bad".utf8))
        let before = present
        do {
            _ = try await recover()
            Issue.record("nginx accepts it")
        } catch let failure as TransactionFailure {
            guard case .changedSince([path], _) = failure else { throw failure }
            #expect(failure.diagnosis.what.contains(path))
        }
        #expect(hasNote)
        #expect(present == before)
        files.put(path, Array("mended".utf8))
        #expect(try await recover()?.leftAlone == [path])
        #expect(!hasNote)
        #expect(try await recover()?.leftAlone == nil)
    }

    @Test func `a file that was removed since is not put back`() async throws {
        try cutOff()
        try files.removeFile("/etc/nginx/a.conf")
        #expect(try await recover()?.leftAlone == [])
        var expected = full(old)
        expected["/etc/nginx/a.conf"] = nil
        #expect(present == expected)
        #expect(!hasNote)
    }

    @Test func `one that is a link now is somebody else's`() async throws {
        try cutOff()
        let path = "/etc/nginx/a.conf"
        try files.removeFile(path)
        files.put(link: path, to: "/etc/nginx/b.conf")
        #expect(try await recover()?.leftAlone == [path])
        #expect(try files.status(path)?.kind == .symbolicLink)
    }

    @Test func `below an nginx that does not run it is taken back without asking it`() throws {
        try cutOff()
        let note = nginx.services([:]).note
        #expect(try NginxTransaction.recoverStopped(note, in: files)?.leftAlone == [])
        #expect(present == full(old))
        #expect(!hasNote)
        #expect(nginx.reloads == 0)
    }

    @Test
    func `below an nginx that does not run nothing is touched where a file was changed since`()
        throws
    {
        try cutOff()
        files.put("/etc/nginx/a.conf", Array("edited".utf8))
        let before = present
        let note = nginx.services([:]).note
        let left = try NginxTransaction.recoverStopped(note, in: files)?.leftAlone
        #expect(left == ["/etc/nginx/a.conf"])
        #expect(present == before)
        #expect(hasNote)
    }
}
