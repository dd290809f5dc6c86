import Basics
import IncidentStore
import OnCallModel
import TestSupport
import Testing
import ViewState

@testable import Console

@Suite("What panes observe")
struct StoreFeedTests {
    @Test("every pane is filled from the store; a subject is observed until another is shown", .timeLimit(.minutes(1)))
    func panes() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/sentinel.db"
        let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
        let writer = try await StoreWriter.open(path, holder: "host:1", pid: 1, at: now)
        let events = EventInbox()
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        events.attach { wake.yield() }
        let feed = StoreFeed(path: path, events: events, clock: .fixed(now), author: "alice")
        var state = ConsoleState(size: .init(width: 80, height: 24), now: now, author: "alice")
        feed.follow(state)
        #expect(events.take().isEmpty, "nothing is read before the store exists")
        feed.start()

        func wait(until isDone: (ConsoleState) -> Bool) async {
            for event in events.take() { _ = state.reduce(event) }
            guard !isDone(state) else { return }
            for await _ in wakes {
                for event in events.take() { _ = state.reduce(event) }
                if isDone(state) { break }
            }
        }
        await wait {
            $0.dashboard.board != nil && $0.dashboard.agent != nil && $0.incidents.items != nil
                && $0.incidents.silences != nil && $0.loops.items != nil && $0.quality.features != nil
                && $0.quality.drifts != nil && $0.approvals.items != nil && $0.settings.items != nil
                && $0.digest.digests != nil
        }
        try await writer.transaction { try $0.saveSettings([SettingItem(key: "theme", value: "\"mono\"")]) }
        await wait { $0.settings.items?.count == 1 }

        state.pane = .forensics
        for trace in ["t1", "t2"] {
            (state.forensics.incident, state.forensics.trace) = (1, trace)
            feed.follow(state)
            await wait { $0.forensics.requested == Answer(id: trace, value: nil) }
        }
        feed.stop()
    }

    @Test(
        "a store that opens before the first screen is drawn is observed from the first screen on",
        .timeLimit(.minutes(1)))
    func opensFirst() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/sentinel.db"
        let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
        let writer = try await StoreWriter.open(path, holder: "host:1", pid: 1, at: now)
        let events = EventInbox()
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        events.attach { wake.yield() }
        let feed = StoreFeed(path: path, events: events, clock: .fixed(now), author: "alice")
        feed.start()
        var state = ConsoleState(size: .init(width: 80, height: 24), now: now, author: "alice")
        feed.follow(state)
        for await _ in wakes {
            for event in events.take() { _ = state.reduce(event) }
            if state.dashboard.board != nil { break }
        }
        feed.stop()
        withExtendedLifetime(writer) {}
    }
}
