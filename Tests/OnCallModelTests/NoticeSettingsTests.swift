import Basics
import OnCallModel
import Testing

@Suite("Settings of notices")
struct NoticeSettingsTests {
    private func hours(_ from: String, _ until: String, _ zone: String = "UTC", _ days: [String] = []) -> QuietHours {
        .with { ($0.from, $0.until, $0.zone, $0.days) = (from, until, zone, days) }
    }

    @Test(
        "quiet hours end at their local time, on the days on which they began",
        arguments: [
            ("2026-11-24T22:00:00Z", "2026-11-25T07:00:00Z"), ("2026-11-25T06:59:00Z", "2026-11-25T07:00:00Z"),
            ("2026-11-25T07:00:00Z", nil), ("2026-11-24T21:59:00Z", nil),
            // Friday's go on until Saturday's morning, and Saturday has none.
            ("2026-11-28T03:00:00Z", "2026-11-28T07:00:00Z"), ("2026-11-28T23:00:00Z", nil),
        ])
    func quiet(now: String, end: String?) throws {
        let quiet = hours("22:00", "07:00", days: ["mon", "tue", "wed", "thu", "fri"])
        #expect(quiet.end(at: try #require(Instant(iso8601: now))) == end.flatMap { Instant(iso8601: $0) })
    }

    private func hours(_ from: String, _ until: String, days: [String]) -> QuietHours {
        hours(from, until, "UTC", days)
    }

    @Test("the night in which clocks change is as long as it is")
    func daylightSaving() throws {
        let quiet = hours("22:00", "07:00", "Europe/Berlin")
        let now = try #require(Instant(iso8601: "2026-03-28T21:30:00Z"))
        #expect(quiet.end(at: now) == Instant(iso8601: "2026-03-29T05:00:00Z"))
        #expect(
            QuietHours.problem(in: [hours("22:00", "7:00")])
                == "quiet_hours[0].until must be a time such as 22:00, not \"7:00\".")
        #expect(
            QuietHours.problem(in: [hours("22:00", "07:00", "Mars")])?.contains("Europe/Berlin, not \"Mars\"") == true)
        #expect(QuietHours.problem(in: [quiet]) == nil)
    }

    @Test("a channel that lacks what its kind needs is refused with the member's name")
    func channels() {
        func problem(_ kind: NoticeChannel.Kind, _ set: (inout NoticeChannel) -> Void) -> String? {
            NoticeChannel.problem(in: [
                .with {
                    ($0.name, $0.kind) = ("night", kind)
                    set(&$0)
                }
            ])
        }
        #expect(problem(.pagerDuty) { _ in } == "channels[0].secret is missing.")
        #expect(problem(.pagerDuty) { $0.secret = "NIGHT_KEY" } == nil)
        #expect(problem(.webhook) { ($0.secret, $0.address) = ("K", "ftp://x") }?.contains("address") == true)
        #expect(problem(.webhook) { ($0.secret, $0.address) = ("K", "https://x") } == nil)
        #expect(problem(.command) { $0.command = ["notify-send"] }?.contains("full path") == true)
        #expect(problem(.command) { $0.command = ["/usr/bin/notify-send", "x"] } == nil)
        #expect(problem(.command) { $0.name = "slack" }?.contains("incidents channel") == true)
    }
}
