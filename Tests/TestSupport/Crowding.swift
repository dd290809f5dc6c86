package import Testing

/// Runs one of the tests that carry it at a time. Those that drive the whole line compute for seconds; on a machine of two
/// cores two of them would have both of Swift's threads, and small tests could not answer before their deadlines.
package struct CrowdLimit: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    private static let gate = Gate(places: 1)

    @concurrent
    package func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.gate.enter()
        do {
            try await function()
        } catch {
            await Self.gate.leave()
            throw error
        }
        await Self.gate.leave()
    }

    private actor Gate {
        private var places: Int
        private var queue: [CheckedContinuation<Void, Never>] = []

        init(places: Int) {
            self.places = places
        }

        func enter() async {
            guard places == 0 else {
                places -= 1
                return
            }
            await withCheckedContinuation { queue.append($0) }
        }

        func leave() {
            if queue.isEmpty { places += 1 } else { queue.removeFirst().resume() }
        }
    }
}

extension Trait where Self == CrowdLimit {
    /// For suites whose tests compute for seconds.
    package static var heavy: Self { CrowdLimit() }
}
