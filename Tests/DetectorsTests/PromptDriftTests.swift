import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("prompt_drift: outputs")
struct PromptDriftTests {
    /// 120 sound outputs of yesterday and today, then `count` of another shape in the last twenty minutes.
    private func rows(_ count: Int = 20, _ body: (Int) -> String?) -> SyntheticRows {
        var rows = SyntheticRows()
        rows.addOutputs(120, every: .minutes(10), ending: .minutes(25)) { SupportBot.good($0) }
        rows.addOutputs(count, ending: .minutes(1), body)
        return rows
    }

    private func replaced(_ old: String, _ new: String) -> (Int) -> String? {
        { SupportBot.good($0).replacing(old, with: new) }
    }

    @Test(
        "a change of shape is found and reported by its path",
        arguments: [
            ("\"response\"", "\"answer\"", "$.response missing in 20"),
            ("\"seats\": ", "\"places\": ", "$.customer.seats missing in 20"),
            ("\"confidence\": 0.", "\"confidence\": \"0.", "text"),
            ("{\"tier\": \"gold\", \"seats\": ", "[", "text"),
            ("\"billing\"", "null", "$.category null instead of string in 20"),
            ("\"billing\"", "[\"billing\"]", "$.category array instead of string in 20"),
            ("\"billing\"", "7", "$.category number instead of string in 20"),
            ("\"billing\"", "{\"id\": 1}", "$.category object instead of string in 20"),
            ("\"done\": true", "\"done\": \"yes\"", "$.steps[].done string instead of boolean in 20"),
        ])
    func shapes(old: String, new: String, words: String) async throws {
        let run = try await rows(20, replaced(old, new)).drift()
        let finding = try #require(run.finding)
        #expect(finding.severity == .high)
        #expect(finding.description.contains(words), "\(finding.description)")
        #expect(finding.subject == "support-bot")
        #expect(finding.onset == SupportBot.now - .minutes(20))
        #expect(run.snapshot?.state == .drifted)
    }

    @Test("a list for a scalar, a text for JSON, an empty output, an error object for a list")
    func forms() async throws {
        func said(_ body: (Int) -> String?) async throws -> String {
            try await rows(20, body).drift().finding?.description ?? ""
        }
        #expect(try await said { "Sorry, I cannot help with request \($0)." }.contains("text instead of object in 20"))
        #expect(try await said { _ in "" }.contains("empty in 20"))
        #expect(try await said { _ in nil }.contains("empty in 20"))
        #expect(try await said { _ in "[1, 2]" }.contains("array instead of object in 20"))
        let array = "\"steps\": [{\"id\": 5, \"done\": true}]"
        #expect(
            try await said { _ in SupportBot.good(5).replacing(array, with: "\"steps\": {\"error\": \"boom\"}") }
                .contains("$.steps object instead of array in 20"))
        #expect(
            try await said { _ in SupportBot.good(5).replacing(array, with: "\"steps\": []") }
                .contains("$.steps[] an empty list in 20"))
    }

    @Test("additional and optional keys are not a violation")
    func healthy() async throws {
        #expect(
            try await rows { SupportBot.good($0).replacing("\"note\"", with: "\"extra\": 1, \"note\"") }.drift().finding
                == nil)
        var optional = SyntheticRows()
        optional.addOutputs(140, every: .minutes(8), ending: .minutes(1)) { place in
            place % 5 == 0
                ? SupportBot.good(place) : SupportBot.good(place).replacing(", \"note\": \"x\"", with: "")
        }
        let run = try await optional.drift()
        #expect(run.finding == nil)
        #expect(run.snapshot?.profile.optionalPaths == ["$.note"])
        #expect(run.snapshot?.profile.requiredPaths.contains("$.customer.seats") == true)
        var seed = Settings()
        seed.driftRequiresContrast = false
        #expect(try await optional.drift(settings: seed).finding != nil, "the original's rule pages for it")
    }

    @Test("half of the latest outputs failing is medium, more is high; too few are nothing", arguments: [3, 4, 10, 11])
    func severities(failing: Int) async throws {
        var rows = SyntheticRows()
        rows.addOutputs(120, every: .minutes(10), ending: .minutes(25)) { SupportBot.good($0) }
        rows.addOutputs(20, ending: .minutes(1)) { place in
            place >= 20 - failing
                ? SupportBot.good(place).replacing("response", with: "answer") : SupportBot.good(place)
        }
        let severity = try await rows.drift().finding?.severity
        #expect(severity == (failing < 4 ? nil : failing <= 10 ? .medium : .high), "3 of 20 are no more than 15 %")
    }

    @Test("the strongest contrast is reported, with the prompt version's age")
    func contrast() async throws {
        var rows = SyntheticRows()
        rows.addOutputs(60, every: .minutes(10), ending: .minutes(45), promptVersion: 13) { SupportBot.good($0) }
        rows.addOutputs(40, every: .minutes(1), ending: .minutes(1), promptVersion: 14, release: "r9") { place in
            place % 7 == 0 ? SupportBot.good(place) : "{\"answer\": \"x\", \"score\": 1}"
        }
        rows.promptVersions = [
            PromptVersionRow("support-bot", 14, createdAt: SupportBot.now - .minutes(42)) {
                $0.commitMessage = "shorter answers"
            }
        ]
        let finding = try #require(await rows.drift().finding)
        #expect(finding.description.contains("support-bot v14: 34 of 40 fail, support-bot v13: 0 of 60 (p < 1e-"))
        #expect(finding.description.contains("that version was created 3 min 0 s before (“shorter answers”)"))
        #expect(finding.evidence["contrast"]?["by"]?.string == "prompt_version")
        #expect(finding.evidence["prompt_version"]?.int == 14)
        #expect(finding.evidence["new_keys"]?.array?.compactMap(\.string) == ["$.answer", "$.score"])
        #expect(finding.links.features == ["support-bot"])
        #expect(finding.links.releases == ["r9"])
        #expect(finding.links.traces.count == 34)
    }

    @Test("if everything that was read fails, the onset is searched")
    func search() async throws {
        var rows = SyntheticRows()
        rows.addOutputs(600, every: .minutes(5), ending: .hours(6), promptVersion: 13) { SupportBot.good($0) }
        let first = try await rows.drift(now: SupportBot.now - .hours(6))
        #expect(first.finding == nil)
        rows.addOutputs(355, every: .minutes(1), ending: .minutes(1), promptVersion: 14) { _ in "{\"answer\": 1}" }
        let run = try await rows.drift(memory: first.memory)
        let finding = try #require(run.finding)
        #expect(run.calls <= 6)
        let onset = SupportBot.now - .minutes(355)
        #expect(abs((finding.onset - onset).seconds) <= 1800, "\(finding.onset) for \(onset)")
        #expect(finding.description.contains("support-bot v13: 0 of"))
    }

    @Test("the first scan both learns and detects, and never learns from a broken period")
    func firstLook() async throws {
        // Busy: the newest hundred are broken, what was before the last day is not.
        var busy = SyntheticRows()
        busy.addOutputs(400, every: .minutes(10), ending: .hours(26)) { SupportBot.good($0) }
        busy.addOutputs(300, every: .minutes(2), ending: .minutes(1)) { _ in "{\"answer\": 1}" }
        let run = try await busy.drift()
        #expect(run.finding?.severity == .high)
        #expect(run.snapshot?.profile.places["$.answer"] == nil, "nothing was learnt from what is broken")
        // Mixed: of the older ones some are broken already.
        let mixed = try await rows(60) { _ in "{\"answer\": 1}" }.drift()
        #expect(mixed.finding?.severity == .high)
        #expect(mixed.snapshot?.profile.places["$.answer"] == nil)
        #expect(mixed.snapshot.map { $0.profile.samples >= 110 } == true)
        // Broken, and mended before the newest.
        var mended = rows(15) { _ in "{\"answer\": 1}" }
        for place in mended.observations.indices {
            mended.observations[place].startTime = mended.observations[place].startTime - .hours(2)
        }
        mended.addOutputs(40, ending: .minutes(1)) { SupportBot.good($0) }
        #expect(try await mended.drift().finding == nil)
        // Texts where JSON is wanted, and now JSON: recovered, not drifting.
        var recovered = SyntheticRows()
        recovered.addOutputs(60, every: .minutes(10), ending: .minutes(45)) { "Error \($0)" }
        recovered.addOutputs(40, ending: .minutes(1)) { SupportBot.good($0) }
        #expect(try await recovered.drift().finding == nil)
    }

    @Test("few outputs are learning, and no one is paged", arguments: [0, 1, 5, 9, 12])
    func learning(count: Int) async throws {
        var rows = SyntheticRows()
        rows.addOutputs(count, ending: .minutes(1)) { place in
            place * 2 >= count ? "{\"answer\": 1}" : SupportBot.good(place)
        }
        let run = try await rows.drift()
        #expect(run.finding == nil)
        #expect(run.calls == 0, "so few tell nothing")
        #expect(run.report.state == (count == 0 ? .ok : count < 13 ? .learning : run.report.state))
        if count == 5 { #expect(run.report.message.contains("learning (5 of 13 outputs)")) }
    }

    @Test("a rarely used feature is judged by all of its outputs once there are enough")
    func rare() async throws {
        var rows = SyntheticRows()
        rows.addOutputs(30, every: .hours(3), ending: .hours(20)) { SupportBot.good($0) }
        let known = try await rows.drift(now: SupportBot.now - .hours(20)).memory
        rows.addOutputs(5, every: .hours(2), ending: .hours(1)) { _ in "{\"answer\": 1}" }
        #expect(try await rows.drift(memory: known).finding?.subject == "support-bot")
    }

    @Test("a drift ends when the outputs fit again, and nothing was learnt from it")
    func recovery() async throws {
        var rows = rows(20) { _ in "{\"answer\": 1}" }
        let broken = try await rows.drift()
        let drifted = try #require(broken.snapshot)
        let later = SupportBot.now + .hours(1)
        for place in 0..<25 {
            rows.addOutput(at: SupportBot.now + .minutes(Double(place)), SupportBot.good(place))
        }
        let run = try await rows.drift(now: later, memory: ["support-bot": drifted], open: ["support-bot"])
        #expect(run.finding == nil)
        #expect(run.report.judged.contains(.schemaDrift(of: "support-bot")))
        let snapshot = try #require(run.snapshot)
        #expect(snapshot.state == .learned)
        #expect(snapshot.candidate == nil)
        #expect(snapshot.profile.places["$.answer"] == nil)
    }

    @Test("an accepted change is the norm, and earlier outputs no longer count")
    func acceptance() async throws {
        var rows = rows(12) { _ in "{\"answer\": \"x\", \"score\": 1}" }
        var snapshot = try #require(await rows.drift().snapshot)
        let candidate = try #require(snapshot.candidate)
        #expect(candidate.places["$.answer"] != nil)
        snapshot.accept(by: "alice", at: SupportBot.now)
        #expect(snapshot.version == 2)
        rows.addOutput(at: SupportBot.now + .minutes(1), "{\"answer\": \"x\", \"score\": 2}")
        let after = try await rows.drift(
            now: SupportBot.now + .minutes(2), memory: ["support-bot": snapshot], open: ["support-bot"])
        #expect(after.finding == nil)
        for place in 0..<20 {
            rows.addOutput(at: SupportBot.now + .minutes(3 + Double(place)), SupportBot.good(place))
        }
        let back = try await rows.drift(
            now: SupportBot.now + .hours(1), memory: after.memory, open: ["support-bot"])
        #expect(back.finding?.severity == .high, "the old shape is a violation of the new snapshot")
    }

    @Test("a snapshot learns keys that come with passing outputs")
    func furtherLearning() async throws {
        var rows = rows(20) { SupportBot.good($0) }
        let known = try await rows.drift().memory
        for place in 0..<30 {
            let body = SupportBot.good(place).replacing("\"note\"", with: "\"sources\": [], \"note\"")
            rows.addOutput(at: SupportBot.now + .minutes(Double(place)), body)
        }
        let run = try await rows.drift(now: SupportBot.now + .hours(1), memory: known)
        let snapshot = try #require(run.snapshot)
        #expect(snapshot.profile.optionalPaths.contains("$.sources"))
        #expect(snapshot.version == 1)
    }

    @Test("a call that failed without an output, or still runs, is not counted")
    func notOutputs() async throws {
        var rows = rows(20) { SupportBot.good($0) }
        for place in 0..<20 {
            rows.addOutput(at: SupportBot.now - .seconds(Double(20 - place)), nil) { row in
                if place < 10 { row.level = "ERROR" } else { row.endTime = nil }
            }
        }
        #expect(try await rows.drift().finding == nil)
    }

    @Test("a text feature may return any text; roots count if no generation has the name")
    func textsAndRoots() async throws {
        var rows = SyntheticRows()
        rows.addOutputs(140, every: .minutes(8), ending: .minutes(1)) { $0 % 9 == 0 ? "42" : "An answer about \($0)." }
        for place in rows.observations.indices { rows.observations[place].type = "AGENT" }
        let run = try await rows.drift()
        #expect(run.finding == nil)
        #expect(run.snapshot?.state == .learned)
    }

    @Test("outputs that cannot be read make the report partial, and judge no feature")
    func unreadable() async throws {
        var rows = rows(20) { _ in "{\"answer\": 1}" }
        rows.outages = [.init("langfuse", "observations", isLiveOnly: true)]
        let run = try await rows.drift()
        #expect(run.report.state == .partial)
        #expect(run.report.message.contains("The outputs of support-bot could not be read"), "\(run.report.message)")
        #expect(run.finding == nil && !run.report.judged.contains(.schemaDrift(of: "support-bot")))
    }

    @Test("where the provider refuses windows of all names, each name is read by itself")
    func refusedWindows() async throws {
        var rows = rows(20) { _ in "{\"answer\": 1}" }
        rows.addOutputs(50, ending: .minutes(1), name: "other") { SupportBot.good($0) }
        rows.outages = [.init("langfuse", "observations", refusesWindows: true)]
        let run = try await rows.drift()
        #expect(run.report.state == .ok, "\(run.report.message)")
        #expect(run.finding?.subject == "support-bot")
        #expect(run.report.judged.contains(.schemaDrift(of: "other")))
        #expect(run.namesAsked.isSuperset(of: ["other", "support-bot"]))
    }

    @Test("thirty features are read with a few calls, and one that is seen late is read all the same")
    func manyFeatures() async throws {
        var rows = SyntheticRows()
        for feature in 0..<30 {
            rows.addOutputs(200, every: .minutes(14), ending: .minutes(1), name: "feature-\(feature)") {
                feature == 7 && $0 >= 180 ? "{\"answer\": 1}" : SupportBot.good($0)
            }
        }
        // Its outputs are older than those that the others need.
        rows.addOutputs(40, every: .hours(1), ending: .hours(20), name: "seldom") { SupportBot.good($0) }
        let run = try await rows.drift(effort: .thorough)
        #expect(run.finding?.subject == "feature-7")
        #expect(run.liveCalls <= 8, "\(run.liveCalls) for 31 features")
        #expect(run.memory.count == 31 && run.memory["seldom"]?.state == .learned)
        #expect(run.report.message.hasPrefix("31 features, 31 checked, 1 drifted"), "\(run.report.message)")
    }

    @Test("a run right after another makes no call for outputs, and judges what is stored")
    func rightAfter() async throws {
        let world = DetectorWorld(rows(20) { _ in "{\"answer\": 1}" })
        func context(_ now: Instant) -> DetectorContext {
            DetectorContext(
                now: now, settings: Settings(), effort: .thorough, past: PastFinding.open(["support-bot"], now: now))
        }
        let first = try await world.cycle(PromptDriftDetector(), context(SupportBot.now), memory: [:])
        let second = try await world.cycle(
            PromptDriftDetector(), context(SupportBot.now + .minutes(1)), memory: first.memory)
        #expect(first.liveCalls > 0 && second.liveCalls == 0)
        #expect(second.report.findings.map(\.subject) == ["support-bot"])
    }

    @Test("a routine cycle reads new features and, once an hour, open ones")
    func budget() async throws {
        var rows = SyntheticRows()
        for feature in 0..<14 { rows.addOutputs(120, ending: .minutes(1), name: "f\(feature)") { SupportBot.good($0) } }
        let first = try await rows.drift(effort: .routine)
        #expect(first.memory.count == 10)
        #expect(first.report.message.contains("4 waiting for the next cycle"))
        let second = try await rows.drift(
            now: SupportBot.now + .minutes(15), effort: .routine, memory: first.memory)
        #expect(second.memory.count == 14)
        let known = second.memory
        let third = try await rows.drift(now: SupportBot.now + .minutes(30), effort: .routine, memory: known)
        #expect(third.calls == 0)
        #expect(third.report.judged == .only([]))
        let open = try await rows.drift(
            now: SupportBot.now + .minutes(60), effort: .routine, memory: known, open: ["f1"])
        #expect(open.calls == 1)
        #expect(open.report.judged == .only([.schemaDrift(of: "f1")]))
        let thorough = try await rows.drift(now: SupportBot.now + .minutes(60), memory: known, open: ["f1"])
        #expect(thorough.calls == 1, "the others have nothing new")
    }

    @Test("a feature whose prompt or model was changed is read before busier ones")
    func changedFirst() async throws {
        var rows = SyntheticRows()
        for feature in 0..<60 {
            rows.addOutputs(60, ending: .minutes(1), name: "busy\(feature)") { SupportBot.good($0) }
        }
        rows.addOutputs(20, every: .hours(2), ending: .hours(5), name: "quiet", promptVersion: 1) {
            SupportBot.good($0)
        }
        rows.addOutputs(12, ending: .minutes(1), name: "quiet", promptVersion: 2) { _ in "{\"answer\": 1}" }
        let run = try await rows.drift()
        #expect(run.finding?.subject == "quiet")
        #expect(run.report.message.contains("50 checked, 1 drifted") && run.report.message.contains("11 waiting"))
    }
}
