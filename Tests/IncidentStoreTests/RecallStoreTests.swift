import Basics
import OnCallModel
import Testing

@testable import IncidentStore

@Suite("What the store remembers of incidents")
struct RecallStoreTests {
    private static func traits(_ id: Int64, cause: String = "a change of tokens") -> IncidentTraits {
        IncidentTraits(
            incident: id, type: .agentLoop, subject: "researcher", errors: ["timeout"], files: ["a.py"],
            tools: ["search"], weekHour: 7, cause: cause)
    }

    /// Two incidents of one agent, the first resolved after ten minutes, the second nine days later.
    private static func twice(_ store: StoreTransaction) throws -> (first: Int64, second: Int64) {
        let first = try store.record(.sample("t1"), scan: "1", at: Fixture.start).incident
        try store.saveTraits(traits(first), similar: [])
        _ = try store.receive(.resolve(by: "alice", sentence: "done"), of: first, at: .minute(10))
        let later = Fixture.start + .days(9) + .minutes(40)
        let second = try store.record(.sample("t2", lastSeen: later), scan: "2", at: later).incident
        let traits = traits(second)
        let known = try store.snapshot.recallable(for: traits)
        #expect(known == [Self.traits(first)])
        try store.saveTraits(
            traits, similar: [Likeness(past: first, score: 4.5, why: ["+3.0 same subject"], isSame: true)])
        return (first, second)
    }

    @Test("a similar incident is shown with its end; without a recorded fix that is said, and how long it held")
    func similar() async throws {
        let fixture = try Fixture()
        let (first, second) = try await fixture.writer().transaction { try Self.twice($0) }
        let detail = try #require(try await StoreReader(fixture.path).read(.incident(second)))
        let past = try #require(detail.memory.similar.first)
        #expect(past.likeness.past == first)
        #expect(past.sentence == "seen as #\(first), resolved without a recorded fix, held 9 d")
        #expect(!past.fixDidNotHold)
        #expect(detail.json["similar"]?[0]?["held_seconds"]?.int == 9 * 86_400)
    }

    @Test("a note names the fix; the same problem again says that it did not hold")
    func fix() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let (first, second) = try await writer.transaction { store in
            let both = try Self.twice(store)
            try store.addNote("Fixed by abc1234def, see the thread.", to: both.first, by: "bob", at: .minute(20))
            return both
        }
        let reader = StoreReader(fixture.path)
        let past = try #require(try await reader.read(.incident(second))?.memory.similar.first)
        #expect(past.ending == .fixed(by: "abc1234"))
        #expect(past.sentence == "seen as #\(first), fixed by abc1234, held 9 d; the fix did not hold")
        #expect(try await reader.read(.incident(first))?.memory.notes.map(\.author) == ["bob"])
    }

    @Test("the last mark of an incident counts, a second one like it changes nothing, and others see the share")
    func marks() async throws {
        let fixture = try Fixture()
        let (first, second) = try await fixture.writer().transaction { store in
            let both = try Self.twice(store)
            let kind = "a change of tokens"
            #expect(try store.markCause(of: both.first, kind: kind, isRight: true, by: "bob", at: .minute(1)))
            #expect(try !store.markCause(of: both.first, kind: kind, isRight: true, by: "eve", at: .minute(2)))
            #expect(try store.markCause(of: both.first, kind: kind, isRight: false, by: "eve", at: .minute(3)))
            return both
        }
        let reader = StoreReader(fixture.path)
        let own = try #require(try await reader.read(.incident(first)))
        #expect(own.memory.mark == CauseMark(isRight: false, author: "eve", at: .minute(3)))
        #expect(own.memory.record == CauseRecord(), "its own mark is no evidence for it")
        let other = try #require(try await reader.read(.incident(second)))
        #expect(other.memory.causeSentence == "A change of tokens: 0 right, 1 wrong.")
    }

    @Test("the notes and marks of an incident that becomes part of another one go with it")
    func absorbed() async throws {
        let fixture = try Fixture()
        let notes = try await fixture.writer().transaction { store in
            let head = try store.record(.sample("t1"), scan: "1", at: Fixture.start).incident
            let gone = try store.record(.sample("t2"), scan: "1", at: Fixture.start).incident
            try store.addNote("mine", to: gone, by: "bob", at: .minute(1))
            try store.saveTraits(Self.traits(gone), similar: [])
            #expect(try store.absorb(gone, into: head, why: "one storm", at: .minute(2)))
            return try store.snapshot.notes(ofIncident: head)
        }
        #expect(notes.map(\.text) == ["mine"])
    }
}
