package import Basics
package import OnCallModel

/// A labelled time range in which something was wrong.
package struct LabelledEvent: Hashable, Sendable {
    package var type: DetectionType
    package var from: Instant
    /// The end, inclusive.
    package var to: Instant
    /// The trace or feature; empty if the label names none.
    package var subject = ""
}

/// Observations with labelled events. Rows have the column names of `langfuse.observations`.
package struct LabelledHistory: Hashable, Sendable {
    package var rows: [[String: Value]]
    package var events: [LabelledEvent]
    /// The lines that were skipped, one sentence each.
    package var problems: [String]

    package init(rows: [[String: Value]] = [], events: [LabelledEvent] = [], problems: [String] = []) {
        (self.rows, self.events, self.problems) = (rows, events, problems)
    }

    package var span: (from: Instant, to: Instant)? {
        let times = rows.compactMap { $0["start_time"]?.instant }
        guard let first = times.min(), let last = times.max() else { return nil }
        return (first, last)
    }
}

extension LabelledHistory {
    /// Hourly values: a header, then a time, a value and an optional label per line.
    ///
    ///     hour,cost,label
    ///     2026-11-01T00:00:00Z,4.20,0
    ///
    /// Columns are found by name (`hour`, `time` or `timestamp`; `cost` or `value`; `label`, `anomaly` or `is_anomaly`), or
    /// else by position. Consecutive hours with the label 1 are one event.
    package init(csv text: String) {
        self.init()
        var lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard let head = lines.first else { return }
        let names = head.map { $0.trimmingBlanks.lowercased() }
        func place(_ known: [String], _ fallback: Int) -> Int { names.firstIndex { known.contains($0) } ?? fallback }
        let hasHeader = Instant(iso8601: Self.moment(names[0])) == nil
        if hasHeader { lines.removeFirst() }
        let time = hasHeader ? place(["hour", "time", "timestamp", "date"], 0) : 0
        let value = hasHeader ? place(["cost", "value"], 1) : 1
        let label = hasHeader ? place(["label", "anomaly", "is_anomaly"], 2) : 2
        var marked: [Instant] = []
        for (number, line) in lines.enumerated() {
            guard line.indices.contains(time), line.indices.contains(value),
                let hour = Instant(iso8601: Self.moment(line[time].trimmingBlanks)),
                let cost = Double(line[value].trimmingBlanks), cost.isFinite
            else {
                problems.append("Line \(number + (hasHeader ? 2 : 1)) is missing a time or a value.")
                continue
            }
            rows.append(Self.hour(hour.startOfHour, cost: cost, number))
            let mark = line.indices.contains(label) ? line[label].trimmingBlanks.lowercased() : ""
            if ["1", "true", "yes"].contains(mark) { marked.append(hour.startOfHour) }
        }
        events = Self.runs(of: marked.sorted())
    }

    /// A date without a time is midnight UTC.
    private static func moment(_ text: some StringProtocol) -> String {
        let text = String(text).replacing(" ", with: "T")
        if text.count == 10 { return text + "T00:00:00Z" }
        return text.hasSuffix("Z") || text.contains("+") ? text : text + "Z"
    }

    /// The hour as one generation, in the middle of the hour.
    private static func hour(_ hour: Instant, cost: Double, _ number: Int) -> [String: Value] {
        let time = Value(hour + .minutes(30))
        return [
            "id": .text("hour-\(number)"), "trace_id": .text("hour-\(number)"), "type": "GENERATION", "name": "series",
            "model": "series", "start_time": time, "end_time": time, "total_cost": .real(cost), "level": "DEFAULT",
            "environment": "series",
        ]
    }

    private static func runs(of hours: [Instant]) -> [LabelledEvent] {
        var events: [LabelledEvent] = []
        for hour in hours {
            let end = hour + .minutes(59)
            if let last = events.last, hour - last.to <= .hours(1) {
                events[events.count - 1].to = end
            } else {
                events.append(LabelledEvent(type: .costSpike, from: hour, to: end))
            }
        }
        return events
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        var text = Substring(self)
        while text.first?.isWhitespace ?? false { text.removeFirst() }
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text)
    }
}
