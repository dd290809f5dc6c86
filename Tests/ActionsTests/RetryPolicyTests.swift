import Actions
import Basics
import Testing

@Suite("When an act is tried again")
struct RetryPolicyTests {
    private let policy = RetryPolicy(first: .seconds(2), longest: .seconds(60), longestAsked: .minutes(5), attempts: 9)

    @Test("The pause doubles up to its bound")
    func doubling() {
        let pauses = (1...8).compactMap { policy.pause(afterAttempt: $0)?.seconds }
        #expect(pauses == [2, 4, 8, 16, 32, 60, 60, 60])
        #expect(RetryPolicy.outbox.pause(afterAttempt: 299) == .minutes(10))
    }

    @Test("Jitter takes away at most half")
    func jitter() {
        #expect(policy.pause(afterAttempt: 2, jitter: 1) == .seconds(2))
        #expect(policy.pause(afterAttempt: 2, jitter: 0.5) == .seconds(3))
    }

    @Test("What the provider asks for is kept exactly, up to a bound")
    func asked() {
        #expect(policy.pause(afterAttempt: 1, asked: .seconds(17), jitter: 1) == .seconds(17))
        #expect(policy.pause(afterAttempt: 1, asked: .hours(2)) == .minutes(5))
    }

    @Test("After the last attempt there is none")
    func end() {
        #expect(policy.pause(afterAttempt: 9) == nil)
        #expect(policy.pause(afterAttempt: 9, asked: .seconds(1)) == nil)
    }
}
