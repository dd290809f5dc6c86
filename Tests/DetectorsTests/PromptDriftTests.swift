import Basics
import Detectors
import OnCallModel
import Testing

@Suite("prompt_drift: outputs")
struct PromptDriftTests {
    /// 120 sound outputs of yesterday and today, then `count` of another shape in the last twenty minutes.
    private func planted(_ count: Int = 20, _ body: (Int) -> String?) -> PlantedOutputs {
        var planted = PlantedOutputs()
        planted.add(120, every: .minutes(10), ending: .minutes(25)) { PlantedOutputs.good($0) }
        planted.add(count, ending: .minutes(1), body)
        return planted
    }

    private func replaced(_ old: String, _ new: String) -> (Int) -> String? {
        { PlantedOutputs.good($0).replacing(old, with: new) }
    }

    @Test(
        "a change of shape is found, and said by its path",
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
    func shapes(old: String, new: String, words: String) throws {
        let run = planted(20, replaced(old, new)).run()
        let finding = try #require(run.finding)
        #expect(finding.severity == .high)
        #expect(finding.description.contains(words), "\(finding.description)")
        #expect(finding.subject == "support-bot")
        #expect(finding.onset == PlantedOutputs.now - .minutes(20))
        #expect(run.snapshot()?.state == .drifted)
    }

    @Test("a list for a scalar, a text for JSON, nothing at all, an error object for a list")
    func forms() throws {
        func said(_ body: @escaping (Int) -> String?) -> String { planted(20, body).run().finding?.description ?? "" }
        #expect(said { "Sorry, I cannot help with request \($0)." }.contains("text instead of object in 20"))
        #expect(said { _ in "" }.contains("empty in 20"))
        #expect(said { _ in nil }.contains("empty in 20"))
        #expect(said { _ in "[1, 2]" }.contains("array instead of object in 20"))
        let array = "\"steps\": [{\"id\": 5, \"done\": true}]"
        #expect(
            said { _ in PlantedOutputs.good(5).replacing(array, with: "\"steps\": {\"error\": \"boom\"}") }
                .contains("$.steps object instead of array in 20"))
        #expect(
            said { _ in PlantedOutputs.good(5).replacing(array, with: "\"steps\": []") }
                .contains("$.steps[] an empty list in 20"))
    }

    @Test("further keys are no violation, nor is an optional key that is there or not")
    func healthy() {
        #expect(
            planted { PlantedOutputs.good($0).replacing("\"note\"", with: "\"extra\": 1, \"note\"") }.run().finding
                == nil)
        var optional = PlantedOutputs()
        optional.add(140, every: .minutes(8), ending: .minutes(1)) { place in
            place % 5 == 0
                ? PlantedOutputs.good(place) : PlantedOutputs.good(place).replacing(", \"note\": \"x\"", with: "")
        }
        let run = optional.run()
        #expect(run.finding == nil)
        #expect(run.snapshot()?.profile.optionalPaths == ["$.note"])
        #expect(run.snapshot()?.profile.requiredPaths.contains("$.customer.seats") == true)
        var seed = Settings()
        seed.driftRequiresContrast = false
        #expect(optional.run(settings: seed).finding != nil, "the original's rule pages for it")
    }

    @Test("half of the latest outputs failing is medium, more is high; too few are nothing", arguments: [3, 4, 10, 11])
    func severities(failing: Int) {
        var planted = PlantedOutputs()
        planted.add(120, every: .minutes(10), ending: .minutes(25)) { PlantedOutputs.good($0) }
        planted.add(20, ending: .minutes(1)) { place in
            place >= 20 - failing
                ? PlantedOutputs.good(place).replacing("response", with: "answer") : PlantedOutputs.good(place)
        }
        let severity = planted.run().finding?.severity
        #expect(severity == (failing < 4 ? nil : failing <= 10 ? .medium : .high), "3 of 20 are no more than 15 %")
    }

    @Test("the strongest contrast is told, with the prompt version's age")
    func contrast() throws {
        var planted = PlantedOutputs()
        planted.add(60, every: .minutes(10), ending: .minutes(45), promptVersion: 13) { PlantedOutputs.good($0) }
        planted.add(40, every: .minutes(1), ending: .minutes(1), promptVersion: 14, release: "r9") { place in
            place % 7 == 0 ? PlantedOutputs.good(place) : "{\"answer\": \"x\", \"score\": 1}"
        }
        planted.promptCreated[14] = PlantedOutputs.now - .minutes(42)
        let finding = try #require(planted.run().finding)
        #expect(finding.description.contains("support-bot v14: 34 of 40 fail, support-bot v13: 0 of 60 (p < 1e-"))
        #expect(finding.description.contains("that version was made 3 min 0 s before (“shorter answers”)"))
        #expect(finding.evidence["contrast"]?["by"]?.string == "prompt_version")
        #expect(finding.evidence["prompt_version"]?.int == 14)
        #expect(finding.evidence["new_keys"]?.array?.compactMap(\.string) == ["$.answer", "$.score"])
        #expect(finding.links.features == ["support-bot"])
        #expect(finding.links.releases == ["r9"])
        #expect(finding.links.traces.count == 34)
    }

    @Test("where everything that is read fails, the beginning is searched for")
    func search() throws {
        var planted = PlantedOutputs()
        planted.add(600, every: .minutes(5), ending: .hours(6), promptVersion: 13) { PlantedOutputs.good($0) }
        let first = planted.run(now: PlantedOutputs.now - .hours(6))
        #expect(first.finding == nil)
        planted.add(355, every: .minutes(1), ending: .minutes(1), promptVersion: 14) { _ in "{\"answer\": 1}" }
        let run = planted.run(snapshots: first.report.snapshots)
        let finding = try #require(run.finding)
        #expect(run.calls <= 6)
        let onset = PlantedOutputs.now - .minutes(355)
        #expect(abs((finding.onset - onset).seconds) <= 1800, "\(finding.onset) for \(onset)")
        #expect(finding.description.contains("support-bot v13: 0 of"))
    }

    @Test("a store that never looked both learns and detects, never from a broken period")
    func firstLook() throws {
        // Busy: the newest hundred are broken, what was before the last day is not.
        var busy = PlantedOutputs()
        busy.add(400, every: .minutes(10), ending: .hours(26)) { PlantedOutputs.good($0) }
        busy.add(300, every: .minutes(2), ending: .minutes(1)) { _ in "{\"answer\": 1}" }
        let run = busy.run()
        #expect(run.finding?.severity == .high)
        #expect(run.snapshot()?.profile.places["$.answer"] == nil, "nothing was learnt from what is broken")
        // Mixed: of the older ones some are broken already.
        let mixed = planted(60) { _ in "{\"answer\": 1}" }.run()
        #expect(mixed.finding?.severity == .high)
        #expect(mixed.snapshot()?.profile.places["$.answer"] == nil)
        #expect(mixed.snapshot().map { $0.profile.samples >= 110 } == true)
        // Broken, and mended before the newest.
        var mended = planted(15) { _ in "{\"answer\": 1}" }
        mended.outputs = mended.outputs.map { output in
            var output = output
            output.at = output.at - .hours(2)
            return output
        }
        mended.add(40, ending: .minutes(1)) { PlantedOutputs.good($0) }
        #expect(mended.run().finding == nil)
        // Texts where JSON is wanted, and now JSON: recovered, not drifting.
        var recovered = PlantedOutputs()
        recovered.add(60, every: .minutes(10), ending: .minutes(45)) { "Error \($0)" }
        recovered.add(40, ending: .minutes(1)) { PlantedOutputs.good($0) }
        #expect(recovered.run().finding == nil)
    }

    @Test("few outputs are learning, and page nobody", arguments: [0, 1, 5, 9, 12])
    func learning(count: Int) {
        var planted = PlantedOutputs()
        planted.add(count, ending: .minutes(1)) { place in
            place * 2 >= count ? "{\"answer\": 1}" : PlantedOutputs.good(place)
        }
        let run = planted.run()
        #expect(run.finding == nil)
        #expect(run.calls == 0, "so few tell nothing")
        #expect(run.report.state == (count == 0 ? .ok : count < 13 ? .learning : run.report.state))
        if count == 5 { #expect(run.report.message.contains("learning (5 of 13 outputs)")) }
    }

    @Test("a rarely used feature is judged by what it gave, once enough is known")
    func rare() {
        var planted = PlantedOutputs()
        planted.add(30, every: .hours(3), ending: .hours(20)) { PlantedOutputs.good($0) }
        let known = planted.run(now: PlantedOutputs.now - .hours(20)).report.snapshots
        planted.add(5, every: .hours(2), ending: .hours(1)) { _ in "{\"answer\": 1}" }
        #expect(planted.run(snapshots: known).finding?.subject == "support-bot")
    }

    @Test("a drift ends when the outputs fit again, and nothing was learnt from it")
    func recovery() throws {
        var planted = planted(20) { _ in "{\"answer\": 1}" }
        let broken = planted.run()
        let drifted = try #require(broken.snapshot())
        let later = PlantedOutputs.now + .hours(1)
        for place in 0..<25 {
            planted.outputs.append(
                .init(at: PlantedOutputs.now + .minutes(Double(place)), body: PlantedOutputs.good(place)))
        }
        let run = planted.run(now: later, snapshots: [drifted], open: ["support-bot"])
        #expect(run.finding == nil)
        #expect(run.report.judged.contains(.schemaDrift(of: "support-bot")))
        let snapshot = try #require(run.snapshot())
        #expect(snapshot.state == .learned)
        #expect(snapshot.candidate == nil)
        #expect(snapshot.profile.places["$.answer"] == nil)
    }

    @Test("an accepted change is the norm, and what was before it counts no more")
    func acceptance() throws {
        var planted = planted(12) { _ in "{\"answer\": \"x\", \"score\": 1}" }
        var snapshot = try #require(planted.run().snapshot())
        let candidate = try #require(snapshot.candidate)
        #expect(candidate.places["$.answer"] != nil)
        snapshot.accept(by: "alice", at: PlantedOutputs.now)
        #expect(snapshot.version == 2)
        planted.outputs.append(.init(at: PlantedOutputs.now + .minutes(1), body: "{\"answer\": \"x\", \"score\": 2}"))
        let after = planted.run(now: PlantedOutputs.now + .minutes(2), snapshots: [snapshot], open: ["support-bot"])
        #expect(after.finding == nil)
        for place in 0..<20 {
            planted.outputs.append(
                .init(at: PlantedOutputs.now + .minutes(3 + Double(place)), body: PlantedOutputs.good(place)))
        }
        let back = planted.run(
            now: PlantedOutputs.now + .hours(1), snapshots: after.report.snapshots, open: ["support-bot"])
        #expect(back.finding?.severity == .high, "the old shape is a violation of the new snapshot")
    }

    @Test("a snapshot learns keys that come with passing outputs")
    func furtherLearning() throws {
        var planted = planted(20) { PlantedOutputs.good($0) }
        let known = planted.run().report.snapshots
        for place in 0..<30 {
            let body = PlantedOutputs.good(place).replacing("\"note\"", with: "\"sources\": [], \"note\"")
            planted.outputs.append(.init(at: PlantedOutputs.now + .minutes(Double(place)), body: body))
        }
        let run = planted.run(now: PlantedOutputs.now + .hours(1), snapshots: known)
        let snapshot = try #require(run.snapshot())
        #expect(snapshot.profile.optionalPaths.contains("$.sources"))
        #expect(snapshot.version == 1)
    }

    @Test("what failed before it gave anything, or still runs, is no output")
    func notOutputs() {
        var planted = planted(20) { PlantedOutputs.good($0) }
        for place in 0..<20 {
            planted.outputs.append(
                .init(
                    at: PlantedOutputs.now - .seconds(Double(20 - place)), body: nil,
                    level: place < 10 ? "ERROR" : "DEFAULT", isOpen: place >= 10))
        }
        #expect(planted.run().finding == nil)
    }

    @Test("a text feature may say anything; roots count where no generation has the name")
    func textsAndRoots() {
        var planted = PlantedOutputs()
        planted.add(140, every: .minutes(8), ending: .minutes(1)) { $0 % 9 == 0 ? "42" : "An answer about \($0)." }
        planted.outputs = planted.outputs.map { output in
            var output = output
            output.type = "AGENT"
            return output
        }
        let run = planted.run()
        #expect(run.finding == nil)
        #expect(run.snapshot()?.state == .learned)
    }

    @Test("outputs that cannot be read make the report partial, and others are judged")
    func unreadable() {
        var planted = planted(20) { _ in "{\"answer\": 1}" }
        planted.add(50, ending: .minutes(1), name: "other") { PlantedOutputs.good($0) }
        planted.broken = ["other"]
        let run = planted.run()
        #expect(run.report.state == .partial)
        #expect(run.report.message.contains("other could not be read"))
        #expect(run.finding?.subject == "support-bot")
        #expect(!run.report.judged.contains(.schemaDrift(of: "other")))
    }

    @Test("a routine turn reads what it never saw and, once an hour, what is open")
    func budget() throws {
        var planted = PlantedOutputs()
        for feature in 0..<14 { planted.add(120, ending: .minutes(1), name: "f\(feature)") { PlantedOutputs.good($0) } }
        let first = planted.run(effort: .routine)
        #expect(first.report.snapshots.count == 10)
        #expect(first.report.message.contains("4 left for the next time"))
        let second = planted.run(
            now: PlantedOutputs.now + .minutes(15), effort: .routine, snapshots: first.report.snapshots)
        #expect(second.report.snapshots.count == 4)
        let known = first.report.snapshots + second.report.snapshots
        let third = planted.run(now: PlantedOutputs.now + .minutes(30), effort: .routine, snapshots: known)
        #expect(third.calls == 0)
        #expect(third.report.judged == .only([]))
        let open = planted.run(
            now: PlantedOutputs.now + .minutes(60), effort: .routine, snapshots: known, open: ["f1"])
        #expect(open.calls == 1)
        #expect(open.report.judged == .only([.schemaDrift(of: "f1")]))
        let thorough = planted.run(now: PlantedOutputs.now + .minutes(60), snapshots: known, open: ["f1"])
        #expect(thorough.calls == 1, "the others have nothing new")
    }

    @Test("a feature whose prompt or model was changed is looked at before busier ones")
    func changedFirst() {
        var planted = PlantedOutputs()
        for feature in 0..<60 {
            planted.add(60, ending: .minutes(1), name: "busy\(feature)") { PlantedOutputs.good($0) }
        }
        planted.add(20, every: .hours(2), ending: .hours(5), name: "quiet", promptVersion: 1) {
            PlantedOutputs.good($0)
        }
        planted.add(12, ending: .minutes(1), name: "quiet", promptVersion: 2) { _ in "{\"answer\": 1}" }
        let run = planted.run()
        #expect(run.finding?.subject == "quiet")
        #expect(run.report.message.contains("50 looked at, 1 drift") && run.report.message.contains("11 left"))
    }
}
