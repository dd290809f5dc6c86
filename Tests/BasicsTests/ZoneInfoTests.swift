import Basics
import Testing

@Suite("Time zones")
struct ZoneInfoTests {
    @Test(
        "offsets are those of the day, daylight saving included",
        arguments: [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600.0), ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
            ("America/New_York", "2026-07-01T00:00:00Z", -14_400), ("Asia/Kolkata", "2026-07-01T00:00:00Z", 19_800),
            ("UTC", "2026-07-01T00:00:00Z", 0), ("Europe/Berlin", "1880-01-01T00:00:00Z", 3208),
        ])
    func offset(name: String, at moment: String, seconds: Double) throws {
        let zone = try #require(ZoneInfo(named: name))
        #expect(zone.offset(at: try #require(Instant(iso8601: moment))).seconds == seconds)
    }

    @Test("a local time has its moment on both sides of a change")
    func moment() throws {
        let zone = try #require(ZoneInfo(named: "Europe/Berlin"))
        for (local, moment) in [
            ("2026-03-29T09:00:00Z", "2026-03-29T07:00:00Z"), ("2026-03-28T09:00:00Z", "2026-03-28T08:00:00Z"),
            ("2026-10-25T09:00:00Z", "2026-10-25T08:00:00Z"), ("2026-10-24T09:00:00Z", "2026-10-24T07:00:00Z"),
        ] {
            #expect(zone.instant(ofLocal: try #require(Instant(iso8601: local))) == Instant(iso8601: moment))
        }
    }

    @Test(
        "names outside of the database are refused",
        arguments: ["", "Mars/Olympus", "../passwd", "/etc/passwd", "Europe"])
    func unknown(name: String) {
        #expect(ZoneInfo(named: name) == nil)
    }
}
