package import Basics
import Sandbox

extension ScenarioPart {
    /// A feature whose calls have been rejected and retried within their traces since `onset`, 70 to 100 minutes ago at random: a
    /// Sentry error in the same traces, release and environment, and about 13 US dollars of retries.
    ///
    /// `isOld`: the issue is ten days old with a few events an hour, and thousands now; nothing was committed. Otherwise it is
    /// new since a commit.
    package static func errorCascade(
        _ clock: ScenarioClock, isOld: Bool = false, feature given: String? = nil, traces: Int = 44, events: Int? = nil,
        onset givenOnset: Instant? = nil
    ) -> ScenarioPart {
        let name = given ?? (isOld ? "risk-report" : "meeting-notes")
        var random = clock.random("cascade/\(isOld)/\(name)")
        let onset = givenOnset ?? clock.now - .minutes(random.next(in: 70.0...100.0))
        let feature = Feature(name, .turbo, in: 4200...6400, out: 300...700, output: Shapes.reply)
        var after = feature
        var (part, cause) = (ScenarioPart(), ScenarioExpectation.Cause.noCode)
        if !isOld {
            after.release = after.version("2.31.0")
            let made = Change.deployed(
                "\(name): four workers instead of one, retry at once", by: "carol",
                path: "services/\(name.replacing("-", with: "_"))/worker.py",
                patch:
                    "@@ -30,4 +30,5 @@\n-    workers = 1\n-    backoff = 20\n+    workers = 4\n+    backoff = 0\n+    retries = 4",
                release: after.release, before: onset, &random)
            (part, cause) = (made.part, made.cause)
        }
        let title =
            isOld ? "OverloadedError: The model is overloaded" : "RateLimitError: Too many requests to the model API"
        let retried = random.moments(traces, from: onset, to: clock.now - .minutes(2)).flatMap {
            retries(of: after, at: $0, error: title, &random)
        }
        let healthy = random.moments(perHour: 2, rhythm: 1, from: clock.start, to: onset)
        part.observations = feature.calls(at: healthy, &random) + retried
        let refused = retried.filter { $0.level == "ERROR" }
        let issue = cascadeIssue(
            title, refused, isOld: isOld, events: events, release: after.release, at: onset, clock, &random)
        part.issues = [issue]
        part.prompts = [feature.prompt(created: clock.start - .days(30))]
        part.messages = [
            Change.message(
                "U0CAROL", "lots of \(title.prefix { $0 != ":" }) in Sentry", at: onset + .minutes(35), &random)
        ]
        let sentence = "\(title.prefix { $0 != ":" }) rises with the retries of \(name), \(retried.count) calls."
        part.expectations = [
            .found(.errorCascade, issue.id, cause: cause, onset: onset, sentence),
            .allowed(.costSpike, name, onset: onset, sentence), .allowed(.costSpike, "project", onset: onset, sentence),
            .allowed(.promptDrift, name, onset: onset, sentence),
        ]
        return part
    }

    /// Three to five calls of one trace with the same input; all but the last are rejected.
    private static func retries(
        of feature: Feature, at start: Instant, error: String, _ random: inout SeededRandom
    ) -> [SandboxObservation] {
        let first = feature.call(at: start, &random)
        let count = random.whole(in: 3...5)
        return (0..<count).map { number in
            var row = first
            if number > 0 { row.id = random.hex(16) }
            row.start = start + .seconds(Double(number) * random.next(in: 6.0...9.0))
            if number < count - 1 { (row.level, row.statusMessage, row.output) = ("ERROR", error, "") }
            return row
        }
    }

    private static func cascadeIssue(
        _ title: String, _ refused: [SandboxObservation], isOld: Bool, events: Int?, release: String, at onset: Instant,
        _ clock: ScenarioClock, _ random: inout SeededRandom
    ) -> SandboxIssue {
        let last = refused.map(\.start).max() ?? onset
        let first = refused.map(\.start).min() ?? onset
        let loud = events ?? (isOld ? random.whole(in: 4000...9000) : refused.count)
        let quiet = isOld ? random.whole(in: 200...500) : 0
        var issue = SandboxIssue(
            id: String(random.whole(in: 1_000_000...9_999_999)), title: title, count: quiet + loud,
            firstSeen: isOld ? clock.now - .days(10) : first, lastSeen: last, culprit: "worker.call",
            location: "services/worker.py", release: release, traces: refused.map(\.traceID))
        if isOld { issue.bursts = [.init(from: first, to: last, count: loud)] }
        return issue
    }

    /// Errors that are not a cascade: one that is 40 days old and comes once an hour, and a new one in cheap calls.
    package static func cascadeDecoys(_ clock: ScenarioClock, feature name: String = "greeting") -> ScenarioPart {
        var random = clock.random("cascade-decoys")
        let feature = Feature(name, .mini, in: 80...160, out: 20...60, output: Shapes.summary)
        let recent = clock.now - .hours(3)
        let calls = feature.calls(at: random.moments(perHour: 6, rhythm: 0, from: clock.start, to: clock.now), &random)
        let met = calls.filter { $0.start >= recent }
        let old = SandboxIssue(
            id: String(random.whole(in: 1_000_000...9_999_999)), title: "NotFound: /assets/site.css", level: "warning",
            count: 960, firstSeen: clock.now - .days(40), lastSeen: clock.now - .minutes(12), culprit: "web.static",
            location: "web/static.py")
        let cheap = SandboxIssue(
            id: String(random.whole(in: 1_000_000...9_999_999)), title: "UnicodeError: surrogates not allowed",
            count: 45,
            firstSeen: met.map(\.start).min() ?? recent, lastSeen: met.map(\.start).max() ?? recent,
            culprit: "greeting.render", location: "services/greeting/render.py", release: feature.release,
            traces: met.map(\.traceID))
        var part = ScenarioPart()
        part.observations = calls
        part.issues = [old, cheap]
        part.expectations = [
            .silent(.errorCascade, old.id, "A missing file has been requested once an hour for 40 days."),
            .silent(.errorCascade, cheap.id, "A new error in calls that cost less than a cent in total."),
        ]
        return part
    }
}
