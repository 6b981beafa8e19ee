import Testing

@testable import Commands

/// What `certctl list` is laid out by.
@Suite struct TableTests {
    @Test func `columns are as wide as their widest cell, the last is not padded`() {
        let text = Table.text(
            header: ["NAME", "STATE", "HOSTS"],
            rows: [["a.example", "valid", "a.example"], ["b", "waiting", "b.example c.example"]]
        )
        #expect(
            text == """
                NAME       STATE    HOSTS
                a.example  valid    a.example
                b          waiting  b.example c.example

                """
        )
    }

    @Test func `a bar is as wide as its characters`() {
        let text = Table.text(header: ["A", "B"], rows: [["━━┃─", "x"], ["y", "z"]])
        #expect(text == "A     B\n━━┃─  x\ny     z\n")
    }

    @Test func `without rows there is the header`() {
        #expect(Table.text(header: ["A", "B"], rows: []) == "A  B\n")
    }
}
