import Basics
import DetectorWorld
import Detectors
import OnCallModel
import TestSupport
import Testing

/// Twelve kinds of failure in tools of several sorts, and the same tools healthy: how often each rule is right.
@Suite("Silent tool failures: our rule beside the original's")
struct ToolTrialTests {
    private enum Fault: CaseIterable {
        case page, errorText, errorDocument, failedStatus, emptied, null, cut, keyDropped, kindChanged, wrapped,
            shortened,
            stale
    }

    private enum Sort: CaseIterable { case object, list, sometimesEmpty, optionalKey, sometimesError, text }

    private struct Trial {
        var rows = SyntheticRows()
        var isFailing = false
    }

    private static func output(_ sort: Sort, _ place: Int, _ random: inout SplitMix) -> String {
        func often(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        let words = ["red", "green", "blue", "cold", "warm", "early", "late", "heavy"]
        let text = (0..<Int.random(in: 8...24, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
            .joined(separator: " ")
        switch sort {
        case .object: return #"{"id":\#(place),"score":\#(place % 7).5,"note":"\#(text)","tags":["a","b"]}"#
        case .list: return #"[{"id":\#(place),"note":"\#(text)"},{"id":\#(place + 1),"note":"more"}]"#
        case .sometimesEmpty: return often(0.3) ? "[]" : #"[{"id":\#(place),"note":"\#(text)"}]"#
        case .optionalKey:
            return often(0.2)
                ? #"{"id":\#(place),"score":1,"note":"\#(text)","vat":"x"}"#
                : #"{"id":\#(place),"score":1,"note":"\#(text)"}"#
        case .sometimesError:
            return often(0.06)
                ? #"{"error":"not found"}"# : #"{"id":\#(place),"score":2.5,"note":"\#(text)"}"#
        case .text: return "Day \(place): \(text). Nothing else is known about it, so that is all that can be said."
        }
    }

    private static func broken(_ fault: Fault, _ good: String, _ place: Int) -> String {
        switch fault {
        case .page: "<!DOCTYPE html><html><head><title>502</title></head><body>Bad Gateway</body></html>"
        case .errorText: "Error: the upstream service did not answer in 30 s (attempt \(place))"
        case .errorDocument: #"{"error":{"type":"quota","message":"limit \#(place) reached"}}"#
        case .failedStatus: #"{"status":"failed","detail":"job \#(place) was not done because of its queue"}"#
        case .emptied: good.hasPrefix("[") ? "[]" : "{}"
        case .null: "null"
        case .cut: String(good.prefix(good.count * 2 / 3))
        case .keyDropped: good.replacing(#""note":"#, with: #""remark":"#)
        case .kindChanged: good.replacing(#""id":\#(place)"#, with: #""id":"\#(place)""#)
        case .wrapped: #"{"value":\#(good)}"#
        case .shortened: String(good.prefix(max(3, good.count / 12)))
        case .stale: #"{"id":1,"score":1.5,"note":"red green blue cold warm early late heavy","tags":["a","b"]}"#
        }
    }

    /// Kinds that a tool cannot show: a text has no keys, and one that is now and then empty is not caught by being so.
    private static func isPossible(_ fault: Fault, _ sort: Sort) -> Bool {
        switch (fault, sort) {
        case (.keyDropped, .text), (.kindChanged, .text), (.wrapped, .text), (.emptied, .text), (.cut, .text): false
        default: true
        }
    }

    private static func trial(_ sort: Sort, _ fault: Fault?, recovers: Bool, _ random: inout SplitMix) -> Trial {
        var trial = Trial()
        let share = Bool.random(using: &random) ? 1.0 : 0.6
        var outputs: [String] = []
        for place in 0..<260 {
            let good = output(sort, place, &random)
            let chance = Double.random(in: 0..<1, using: &random)
            let isBad = place >= 240 && (!recovers || place < 250) && chance < share
            if let fault, isBad { outputs.append(broken(fault, good, place)) } else { outputs.append(good) }
        }
        trial.rows.addCalls("tool", 260, apart: .minutes(4)) { outputs[$0] }
        trial.isFailing = fault != nil && !recovers
        return trial
    }

    private struct Count {
        var right = 0
        var wrong = 0
        var missed = 0
        var quiet = 0

        mutating func take(_ isFound: Bool, _ isFailing: Bool) {
            switch (isFound, isFailing) {
            case (true, true): right += 1
            case (true, false): wrong += 1
            case (false, true): missed += 1
            case (false, false): quiet += 1
            }
        }

        var recall: Double { Double(right) / Double(max(1, right + missed)) }
        var precision: Double { Double(right) / Double(max(1, right + wrong)) }
        var text: String {
            "precision \(precision), recall \(recall) (\(right) right, \(missed) missed, \(wrong) wrong of \(wrong + quiet) healthy)"
        }
    }

    @Test("recall and precision over seeded faults are those that the rule claims, and better than the original's")
    func sideBySide() async throws {
        var random = SplitMix(state: 2_026)
        var (ours, seed) = (Count(), Count())
        var missed: [String: Int] = [:]
        var bare = Settings()
        bare.toolRequiresContrast = false
        /// Whether each rule finds something in the same rows.
        func isFound(_ trial: Trial) async throws -> (ours: Bool, seed: Bool) {
            let world = DetectorWorld(trial.rows)
            let found = try await world.tools(at: SyntheticRows.toolTime).report.findings.contains { !$0.isNote }
            let bySeed = try await world.tools(at: SyntheticRows.toolTime, settings: bare).report.findings
            return (found, !bySeed.isEmpty)
        }
        for sort in Sort.allCases {
            for fault in Fault.allCases where Self.isPossible(fault, sort) {
                for recovers in [false, true] {
                    let trial = Self.trial(sort, fault, recovers: recovers, &random)
                    let found = try await isFound(trial)
                    if !found.ours, trial.isFailing { missed["\(fault) \(sort)", default: 0] += 1 }
                    if found.ours, !trial.isFailing { missed["false: \(fault) \(sort)", default: 0] += 1 }
                    ours.take(found.ours, trial.isFailing)
                    seed.take(found.seed, trial.isFailing)
                }
            }
            for _ in 0..<3 {
                let found = try await isFound(Self.trial(sort, nil, recovers: false, &random))
                ours.take(found.ours, false)
                seed.take(found.seed, false)
            }
        }
        print("tool_failure ours: \(ours.text); original: \(seed.text); \(missed)")
        #expect(ours.recall >= 0.9 && ours.precision >= 0.97, "\(ours.text) \(missed)")
        #expect(ours.recall > seed.recall && ours.precision > seed.precision, "\(seed.text)")
    }
}
