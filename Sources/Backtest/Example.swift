import Basics

/// Small labelled histories, the same on every run, as examples of the formats.
package enum Example {
    private static let start = Instant(iso8601: "2026-10-01T00:00:00Z") ?? Instant(milliseconds: 0)

    /// Thirty-five days of hourly cost: office hours, a nightly batch that is not an incident, and three spikes, one of them
    /// in the hour of the batch.
    package static var hourlyCost: String {
        var noise = Noise(seed: 5)
        let spikes: [(hour: Int, length: Int, cost: Double)] = [
            (24 * 20 + 5, 3, 25), (24 * 28 + 14, 2, 18), (24 * 33 + 3, 4, 30),
        ]
        let lines = (0..<24 * 35).map { hour -> String in
            let spike = spikes.first { ($0.hour..<$0.hour + $0.length).contains(hour) }
            let usual = hour % 24 == 3 ? 13 : (9..<18).contains(hour % 24) ? 6.0 : 2.0
            let cost = Format.decimal((spike?.cost ?? usual) + noise.next(), digits: 3)
            return "\((start + .hours(Double(hour))).iso8601Seconds),\(cost),\(spike == nil ? 0 : 1)\n"
        }
        return "hour,cost,label\n" + lines.joined()
    }

    /// Two days of traces: short ones, a batch of 24 distinct steps that is not a loop, one that repeats the same question,
    /// and one that alternates between two steps.
    package static var traces: String {
        var lines: [String] = []
        func step(
            _ trace: String, _ name: String, _ minute: Double, _ input: String, _ output: String, loops: Bool = false
        ) {
            let time = JSONValue(start + .minutes(minute))
            var members: [JSONValue.Member] = [
                .init("id", .string("o\(lines.count)")), .init("trace_id", .string(trace)),
                .init("type", "GENERATION"), .init("name", .string(name)), .init("start_time", time),
                .init("end_time", time), .init("model", "gpt-4o"), .init("total_cost", .number(0.02)),
                .init("input_tokens", 100), .init("output_tokens", 50), .init("input", .string(input)),
                .init("output", .string(output)),
            ]
            if loops { members.append(.init("label", "agent_loop")) }
            lines.append(JSONValue.object(members).serialized)
        }
        for trace in 0..<40 {
            for place in 0..<3 {
                step(
                    "short-\(trace)", "step-\(place)", Double(trace * 60 + place), "question \(trace)",
                    "answer \(trace) \(place)")
            }
        }
        for place in 0..<24 {
            step("batch", "export-\(place)", 720 + Double(place) / 2, "section \(place)", "text \(place)")
        }
        for place in 0..<25 {
            step("loop-1", "retry-search", 1200 + Double(place) / 3, #"{"q":"x"}"#, "no result", loops: true)
        }
        for place in 0..<16 {
            step("loop-2", place % 2 == 0 ? "plan" : "search", 1800 + Double(place) / 2, "same", "same", loops: true)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nine days of calls of two tools: `search_kb` returns the error page of a proxy for two hours; `list_orders` sometimes
    /// returns an empty list, as it always did.
    package static var tools: String {
        var lines: [String] = []
        for place in 0..<9 * 96 {
            let minute = Double(place) * 15
            let isBroken = (8 * 96 + 20..<8 * 96 + 30).contains(place)
            let found = #"{"articles":[{"id":\#(place),"title":"Article \#(place) of the handbook"}],"total":1}"#
            let calls: [(name: String, output: String, isBroken: Bool)] = [
                ("search_kb", isBroken ? "<html><body>502 Bad Gateway</body></html>" : found, isBroken),
                (
                    "list_orders",
                    place % 3 == 0
                        ? "[]"
                        : #"[{"order":"O-\#(place)","total":\#(place % 40 + 5),"address":"Long Street \#(place), 0150 Oslo, Norway","state":"shipped"}]"#,
                    false
                ),
            ]
            for (name, output, isBroken) in calls {
                let time = JSONValue(start + .minutes(minute))
                var members: [JSONValue.Member] = [
                    .init("id", .string("t\(lines.count)")), .init("trace_id", .string("run-\(place)")),
                    .init("type", "TOOL"), .init("name", .string(name)), .init("start_time", time),
                    .init("end_time", time), .init("input", .string(#"{"q":"question \#(place)"}"#)),
                    .init("output", .string(output)),
                ]
                if isBroken { members.append(.init("label", "tool_failure")) }
                lines.append(JSONValue.object(members).serialized)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Twelve days of a support bot's outputs, five per hour: one in five has an additional key, one in thirty is not JSON. For
    /// nine hours on the tenth day, version 14 of the prompt renames the keys.
    package static var outputs: String {
        var noise = Noise(seed: 11)
        let broken = (24 * 10 + 4)..<(24 * 10 + 13)
        let lines = (0..<12 * 24 * 5).map { place -> String in
            let isBroken = broken.contains(place / 5)
            let (isText, isLong) = (noise.next() < 1.0 / 30, noise.next() < 0.2)
            let further = isLong ? #","sources":["faq-\#(place % 9)"]"# : ""
            let body =
                isText
                ? "Sorry, I did not get that."
                : isBroken
                    ? #"{"answer":"text \#(place)","score":0.9}"#
                    : #"{"response":"text \#(place)","confidence":0.9,"category":"billing"\#(further)}"#
            let time = JSONValue(start + .minutes(12 * Double(place) + 5 * noise.next()))
            var members: [JSONValue.Member] = [
                .init("id", .string("out-\(place)")), .init("trace_id", .string("out-\(place)")),
                .init("type", "GENERATION"), .init("name", "support-bot"), .init("start_time", time),
                .init("end_time", time), .init("model", "gpt-4o-mini"), .init("total_cost", 0.001),
                .init("prompt_name", "support-bot"), .init("prompt_version", isBroken ? 14 : 13),
                .init("output", .string(body)),
            ]
            if isBroken { members.append(.init("label", "prompt_drift")) }
            return JSONValue.object(members).serialized
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A linear congruential generator (Knuth, MMIX), the same on every platform.
    private struct Noise {
        var state: UInt64

        init(seed: UInt64) {
            state = seed
        }

        /// In 0..<1.
        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
    }
}
