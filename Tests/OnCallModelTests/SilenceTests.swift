import Basics
import OnCallModel
import Testing

@Suite("Silences and times")
struct SilenceTests {
    private let now = Instant(iso8601: "2026-11-24T03:12:00Z")!

    @Test(
        "times as people write them",
        arguments: [
            ("2h", "2026-11-24T05:12:00Z"), ("1h30m", "2026-11-24T04:42:00Z"), ("45 min", "2026-11-24T03:57:00Z"),
            ("2 days", "2026-11-26T03:12:00Z"), ("until 09:00", "2026-11-24T09:00:00Z"),
            ("9:00", "2026-11-24T09:00:00Z"),
            ("03:12", "2026-11-25T03:12:00Z"), ("until 02:00", "2026-11-25T02:00:00Z"),
            ("1.5h", "2026-11-24T04:42:00Z"),
            ("2026-11-24T09:00Z", "2026-11-24T09:00:00Z"), ("2026-11-24 09:00", "2026-11-24T09:00:00Z"),
            ("UNTIL 2026-11-25", "2026-11-25T00:00:00Z"), ("30d", "2026-12-24T03:12:00Z"),
            ("2026-11-24T09:00:00+02:00", "2026-11-24T07:00:00Z"),
        ])
    func times(text: String, end: String) throws {
        #expect(try MuteDuration.end(text, from: now).iso8601Seconds == end)
    }

    @Test(
        "an invalid time is refused with a reason",
        arguments: [
            ("", "Missing duration"), ("2", "no unit"), ("0h", "at least 1 second"), ("-2h", "in the past"),
            ("2y", "unknown unit"),
            ("31d", "longer than the maximum of 30 days"),
            ("999999999999999999999h", "longer than the maximum of 30 days"), ("soon", "is not a duration or a time"),
            ("until", "is not a duration or a time"), ("25:00", "is not a duration or a time"),
            ("2026-11-20", "not after"),
            ("2027-11-20", "longer than the maximum of 30 days"),
            ("2h foo", "unknown unit"), ("1e400h", "unknown unit"), ("２h", "is not a duration or a time"),
            ("nan h", "is not a duration or a time"),
        ])
    func problems(text: String, part: String) {
        let problem = #expect(throws: InvalidDuration.self) { try MuteDuration.end(text, from: now) }
        #expect(problem?.description.contains(part) == true, "\(problem?.description ?? "")")
    }

    @Test("a start is now or later")
    func starts() throws {
        #expect(try MuteDuration.start("", now: now) == now)
        #expect(try MuteDuration.start("22:00", now: now).iso8601Seconds == "2026-11-24T22:00:00Z")
        #expect(try MuteDuration.start("30m", now: now) == now + .minutes(30))
        #expect(throws: InvalidDuration.self) { try MuteDuration.start("2026-11-23T22:00Z", now: now) }
    }

    @Test(
        "a reason may follow the time",
        arguments: [
            ("4h while we migrate", "4h", "while we migrate"), ("until 09:00 noisy", "until 09:00", "noisy"),
            ("2 h", "2 h", ""), ("1h 2 retries", "1h", "2 retries"), ("2026-11-25 09:00 x", "2026-11-25 09:00", "x"),
            ("hello world", "hello", "world"),
        ])
    func split(text: String, time: String, rest: String) {
        let parts = MuteDuration.split(text)
        #expect(parts.time == time && parts.rest == rest)
    }

    private func incident(_ type: DetectionType, _ subject: String, _ severity: Severity = .high) -> IncidentSummary {
        IncidentSummary(
            id: 7, fingerprint: Fingerprint(type.rawValue, subject), type: type, severity: severity,
            state: .open,
            subject: subject, headline: "", firstSeen: now, lastSeen: now, occurrences: 1, costPerHour: 1,
            approval: .none)
    }

    private func part(_ type: DetectionType, _ subject: String) -> IncidentFinding {
        IncidentFinding(
            incident: 7, fingerprint: Fingerprint(type.rawValue, subject), facts: FindingFacts(type), severity: .high,
            subject: subject,
            headline: "", why: "", firstSeen: now, lastSeen: now, occurrences: 1, costPerHour: 1, sql: "",
            links: FindingLinks())
    }

    @Test("a matcher fits where everything that is set fits; a fingerprint may be that of a part")
    func matching() {
        let bot = incident(.costSpike, "support-bot")
        typealias Matcher = Silence.Matcher
        #expect(Matcher().matches(bot, findings: []))
        #expect(
            Matcher(type: .costSpike, subject: "support-*").matches(bot, findings: [part(.costSpike, "support-bot")]))
        #expect(!Matcher(type: .agentLoop).matches(bot, findings: []))
        #expect(!Matcher(subject: "Support-*").matches(bot, findings: []))
        #expect(Matcher(maxSeverity: .high).matches(bot, findings: []))
        #expect(!Matcher(maxSeverity: .medium).matches(bot, findings: []))
        let both = [part(.costSpike, "support-bot"), part(.errorCascade, "4401")]
        #expect(Matcher(type: .costSpike).matches(bot, findings: both))
        #expect(!Matcher(type: .errorCascade).matches(bot, findings: both), "it is listed as a spike")
        #expect(Matcher(of: bot, maxSeverity: .high).matches(bot, findings: both))
        #expect(
            !Matcher(of: bot, maxSeverity: .high).matches(
                incident(.costSpike, "support-bot", .critical), findings: both))
        #expect(Matcher(fingerprint: Fingerprint("cost_spike", "support-bot")).matches(bot, findings: both))
        #expect(Matcher(fingerprint: Fingerprint("error_cascade", "4401")).matches(bot, findings: both))
        #expect(!Matcher(fingerprint: Fingerprint("x")).matches(bot, findings: both))
    }

    @Test(
        "stars stand for any characters",
        arguments: [
            ("*", "", true), ("a*c", "abbbc", true), ("a*c", "abbbd", false), ("*a*b*", "xxaxxbxx", true),
            ("abc", "abcd", false), ("*.é*", "x.éy", true), ("**", "x", true), ("a*", "b", false), ("[a]", "a", false),
        ])
    func stars(pattern: String, subject: String, fits: Bool) {
        #expect(Silence.Matcher(subject: pattern).matches(incident(.toolFailure, subject), findings: []) == fits)
    }

    @Test("a pattern of many stars takes no long time")
    func manyStars() {
        let pattern = String(repeating: "a*", count: 200) + "b"
        let matcher = Silence.Matcher(subject: pattern)
        #expect(!matcher.matches(incident(.toolFailure, String(repeating: "a", count: 5000)), findings: []))
    }

    @Test("a silence that cannot be is refused with what to do")
    func silenceProblems() {
        func problem(from: Span, until: Span, reason: String = "x", subject: String? = nil) -> String? {
            Silence.problem(
                Silence.Matcher(subject: subject), reason: reason, from: now + from, until: now + until, now: now)
        }
        #expect(problem(from: .hours(0), until: .hours(2)) == nil)
        #expect(problem(from: .hours(0), until: .days(30)) == nil)
        #expect(problem(from: .hours(0), until: .hours(0))?.contains("must be in the future") == true)
        #expect(problem(from: .hours(2), until: .hours(1))?.contains("after it begins") == true)
        #expect(problem(from: .hours(0), until: .days(31))?.contains("30 days") == true)
        #expect(problem(from: .hours(0), until: .hours(2), reason: String(repeating: "x", count: 501)) != nil)
        #expect(problem(from: .hours(0), until: .hours(2), subject: "")?.contains("subject") == true)
    }
}
