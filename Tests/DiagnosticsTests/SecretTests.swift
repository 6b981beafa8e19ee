import Diagnostics
import Testing

/// Promise 10 of the reliability catalogue: keys are never in logs.
@Suite struct SecretTests {
    private struct Account {
        let name = "ops"
        let key = Secret("hunter2")
    }

    @Test func `no way of turning a secret into text shows it`() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "<secret>")
        #expect(String(describing: secret) == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
    }

    @Test func `a value that has a secret prints without it`() {
        #expect(!"\(Account())".contains("hunter2"))
        #expect(!String(reflecting: [Account()]).contains("hunter2"))
    }

    @Test func `dump does not show what a secret hides`() {
        var text = ""
        dump(Account(), to: &text)
        #expect(text.contains("ops"))
        #expect(!text.contains("hunter2"))
    }

    @Test func `a mirror of a secret is empty`() {
        #expect(Mirror(reflecting: Secret([1, 2, 3])).children.isEmpty)
    }

    @Test func `reveal lends the value`() {
        #expect(Secret("hunter2").reveal { $0.count } == 7)
    }
}
