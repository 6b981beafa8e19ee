import Glibc
import Platform
import Testing

/// What is left of it is in `owner.test.sh`: it takes root and another user.
@Suite struct OwnerProcessTests {
    private func run(as user: UInt32) async throws(ProcessError) -> ChildResult.Ending {
        let command = OwnerCommand(user: user, arguments: [], sockets: [])
        return try await OwnerProcess().run(command)
    }

    @Test func `root is no other user`() async {
        await #expect(throws: ProcessError.self) { _ = try await run(as: 0) }
    }

    @Test func `a user who does not exist is told by number`() async {
        await #expect(
            throws: ProcessError(
                executable: "user 4000000123",
                reason: "there is no user of that number"
            )
        ) { _ = try await run(as: 4_000_000_123) }
    }
}
