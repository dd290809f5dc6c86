import Actions
import Basics
import OnCallModel

/// Tells people in Slack why their click did nothing. Only they see it, and a failure does no harm.
///
/// It is a queue of its own, so that no decision waits for Slack.
struct ClickAnswers: Sendable {
    private let send: @Sendable (ClickAnswer) async -> Void
    private let waiting = Lock<[ClickAnswer]>([])
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    /// More are not kept while Slack does not answer.
    private static let limit = 50

    init(send: @escaping @Sendable (ClickAnswer) async -> Void) {
        self.send = send
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Does nothing for intents that are no clicks.
    func add(_ sentence: String, to record: IntentRecord) {
        guard let place = record.place else { return }
        let answer = ClickAnswer(user: Author(record.author).name, place: place, sentence: sentence)
        waiting.withLock { if $0.count < Self.limit { $0.append(answer) } }
        signal.yield()
    }

    /// Runs until the task is cancelled.
    func run() async throws {
        await drain()
        for await _ in signals { await drain() }
        try Task.checkCancellation()
    }

    /// Sends what waits.
    func drain() async {
        while let answer = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { await send(answer) }
    }
}
