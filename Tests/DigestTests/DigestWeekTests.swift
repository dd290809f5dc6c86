import Basics
import Digest
import Testing

@Suite("Weeks of the digest")
struct DigestWeekTests {
    private let berlin = ZoneInfo(named: "Europe/Berlin") ?? .utc

    private func at(_ text: String) throws -> Instant { try #require(Instant(iso8601: text)) }

    @Test("A week begins on Monday at midnight in its zone")
    func bounds() throws {
        let week = DigestWeek(containing: try at("2026-11-29T22:59:59.000Z"), in: berlin)
        #expect(week.name == "2026-W48" && week.span == "Mon 23 Nov to Sun 29 Nov 2026")
        #expect(week.from.iso8601 == "2026-11-22T23:00:00.000Z" && week.until.iso8601 == "2026-11-29T23:00:00.000Z")
        #expect(DigestWeek(containing: week.until, in: berlin).name == "2026-W49")
        #expect(week.publication.iso8601 == "2026-11-30T08:00:00.000Z")
    }

    @Test("The week in which the clock goes forward has 167 hours, the one in which it goes back 169")
    func clockChanges() throws {
        let spring = try #require(DigestWeek(named: "2026-W13", in: berlin))
        let autumn = try #require(DigestWeek(named: "2026-W43", in: berlin))
        #expect(spring.until - spring.from == .hours(167) && autumn.until - autumn.from == .hours(169))
        // 09:00 on the Monday after each change, in the new offset.
        #expect(spring.publication.iso8601 == "2026-03-30T07:00:00.000Z")
        #expect(autumn.publication.iso8601 == "2026-10-26T08:00:00.000Z")
    }

    @Test(
        "Weeks are numbered by ISO 8601",
        arguments: [
            ("2026-01-01T12:00:00Z", "2026-W01"), ("2027-01-03T12:00:00Z", "2026-W53"),
            ("2024-12-30T12:00:00Z", "2025-W01"), ("2023-01-01T12:00:00Z", "2022-W52"),
        ])
    func names(_ time: String, _ name: String) throws {
        let week = DigestWeek(containing: try at(time), in: .utc)
        #expect(week.name == name)
        #expect(DigestWeek(named: name, in: .utc) == week)
        #expect(DigestWeek(named: name.lowercased(), in: .utc) == week)
    }

    @Test(
        "What is not a week is refused",
        arguments: ["2025-W53", "2026-W00", "2026-48", "W48", "", "2026-W4", "2026-W+1"])
    func notAWeek(_ name: String) {
        #expect(DigestWeek(named: name, in: .utc) == nil)
    }

    @Test("The next publication is the next Monday at 09:00, also on a Monday before that")
    func nextPublication() throws {
        func next(_ text: String) throws -> String {
            DigestWeek.nextPublication(after: try at(text), in: berlin).iso8601
        }
        #expect(try next("2026-11-30T07:59:59Z") == "2026-11-30T08:00:00.000Z")
        #expect(try next("2026-11-30T08:00:00Z") == "2026-12-07T08:00:00.000Z")
        #expect(try next("2026-10-20T12:00:00Z") == "2026-10-26T08:00:00.000Z")
        #expect(try next("2026-03-24T12:00:00Z") == "2026-03-30T07:00:00.000Z")
    }
}
