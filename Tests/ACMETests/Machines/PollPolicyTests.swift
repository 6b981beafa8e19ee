import ACME
import Testing

/// Cases P13 and N23 of the reliability catalogue: polling is quick at first and ends for certain.
@Suite struct PollPolicyTests {
    @Test func `pauses double from 10 ms to 5 s`() {
        var policy = PollPolicy()
        let pauses = (1...12).map { _ in policy.next(retryAfter: nil) }
        let milliseconds = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000, 5000]
        #expect(pauses == milliseconds.map { .milliseconds($0) })
    }

    @Test(arguments: [1, 7, 60])
    func `what the CA asks for wins`(seconds: Int) {
        var policy = PollPolicy()
        #expect(policy.next(retryAfter: .seconds(seconds)) == .seconds(seconds))
    }

    @Test func `what the CA asks for wins over a longer pause too`() {
        var policy = PollPolicy()
        for _ in 1...12 {
            _ = policy.next(retryAfter: nil)
        }
        #expect(policy.next(retryAfter: .seconds(1)) == .seconds(1))
    }

    @Test func `a CA that asks for no pause is not asked without one`() {
        var policy = PollPolicy()
        let pauses = (1...3).map { _ in policy.next(retryAfter: .zero) }
        #expect(pauses == [.milliseconds(10), .milliseconds(20), .milliseconds(40)])
    }

    @Test(arguments: [nil, Duration.zero, .seconds(1), .seconds(7), .seconds(300)])
    func `patience runs out, whatever the CA asks for`(retryAfter: Duration?) {
        var policy = PollPolicy()
        var waited = Duration.zero
        var count = 0
        while let pause = policy.next(retryAfter: retryAfter), count < 1000 {
            waited += pause
            count += 1
        }
        #expect(count < 1000)
        #expect(waited == policy.waited)
        #expect(waited <= PollPolicy.patience)
    }

    @Test func `a wish beyond patience ends the polling at once`() {
        var policy = PollPolicy()
        #expect(policy.next(retryAfter: PollPolicy.patience + .seconds(1)) == nil)
        #expect(policy.waited == .zero)
    }
}
