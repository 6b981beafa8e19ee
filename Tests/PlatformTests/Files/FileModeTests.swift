import Platform
import Testing

/// What a mode lets others do.
@Suite struct FileModeTests {
    @Test(
        arguments: [(0o600, "0600"), (0o7, "0007"), (0o2750, "2750"), (0o100_644, "0644")]
            as [(UInt32, String)]
    )
    func `a mode is written as chmod takes it, without the kind of file`(
        bits: UInt32,
        text: String
    ) {
        #expect(FileMode(bits).description == text)
    }

    @Test(arguments: [0o600, 0o700, 0o400] as [UInt32])
    func `a private mode is open to nobody else`(bits: UInt32) {
        #expect(!FileMode(bits).isOpenToOthers)
        #expect(!FileMode(bits).isWritableByOthers)
    }

    @Test(arguments: [0o640, 0o604, 0o610, 0o601, 0o644, 0o711] as [UInt32])
    func `a mode may be open to others without letting them write`(bits: UInt32) {
        #expect(FileMode(bits).isOpenToOthers)
        #expect(!FileMode(bits).isWritableByOthers)
    }

    @Test(arguments: [0o620, 0o602, 0o777] as [UInt32])
    func `the group and the world count as others who write`(bits: UInt32) {
        #expect(FileMode(bits).isWritableByOthers)
    }
}
