package import Basics

/// A tool of one sort with 260 calls, of which the last 20 may fail in one way.
package struct ToolTrial: Sendable {
    package enum Fault: CaseIterable, Sendable {
        case page, errorText, errorDocument, failedStatus, emptied, null, cut, keyDropped, kindChanged, wrapped,
            shortened,
            stale
    }

    package enum Sort: CaseIterable, Sendable { case object, list, sometimesEmpty, optionalKey, sometimesError, text }

    package let sort: Sort
    package let fault: Fault?
    /// Whether the last ten calls are sound again.
    package let recovers: Bool

    package init(_ sort: Sort, _ fault: Fault?, recovers: Bool = false) {
        (self.sort, self.fault, self.recovers) = (sort, fault, recovers)
    }

    package var isFailing: Bool { fault != nil && !recovers }

    /// Kinds that a tool cannot show: a text has no keys, and one that is now and then empty is not caught by being so.
    package static func isPossible(_ fault: Fault, _ sort: Sort) -> Bool {
        switch (fault, sort) {
        case (.keyDropped, .text), (.kindChanged, .text), (.wrapped, .text), (.emptied, .text), (.cut, .text): false
        default: true
        }
    }

    package func addCalls(to rows: inout SyntheticRows, as tool: String = "tool", _ random: inout SeededRandom) {
        let share = Bool.random(using: &random) ? 1.0 : 0.6
        var outputs: [String] = []
        for place in 0..<260 {
            let good = output(place, &random)
            let chance = Double.random(in: 0..<1, using: &random)
            let isBad = place >= 240 && (!recovers || place < 250) && chance < share
            if let fault, isBad { outputs.append(Self.broken(fault, good, place)) } else { outputs.append(good) }
        }
        rows.addCalls(tool, 260, apart: .minutes(4)) { outputs[$0] }
    }

    private func output(_ place: Int, _ random: inout SeededRandom) -> String {
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
}
