import Basics
import JSON
import OnCallModel

extension LabelledHistory {
    /// Observations, one JSON object per line, with the names of `langfuse.observations` (`start_time`) or of Langfuse's API
    /// (`startTime`). `label` is the detector that should fire (`agent_loop`); rows with the same label and trace are one event.
    package init(lines text: String) {
        self.init()
        var marks: [String: LabelledEvent] = [:]
        for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            guard let object = try? JSONDocument.parse(String(line)), let members = object.members else {
                problems.append("Line \(number + 1) is not a JSON object.")
                continue
            }
            var row: [String: Value] = [:]
            for member in members { row[Self.column(member.name)] = Self.value(member.value) }
            guard let start = row["start_time"]?.instant, row["trace_id"]?.text != nil else {
                problems.append("Line \(number + 1) is missing start_time or trace_id.")
                continue
            }
            row["start_time"] = Value(start)
            // Without end_time it ended at its start. A null end_time means that it is still running.
            if row["end_time"] == nil { row["end_time"] = row["start_time"] }
            if row["id"] == nil { row["id"] = .text("line-\(number + 1)") }
            if let label = row.removeValue(forKey: "label")?.text, !label.isEmpty {
                guard let type = DetectionType(rawValue: label) else {
                    problems.append(
                        "Line \(number + 1) has an unknown label \"\(label.prefix(40))\".")
                    continue
                }
                Self.mark(&marks, type, row, start)
            }
            rows.append(row)
        }
        events = marks.values.sorted { ($0.from, $0.subject) < ($1.from, $1.subject) }
    }

    private static func mark(
        _ marks: inout [String: LabelledEvent], _ type: DetectionType, _ row: [String: Value], _ start: Instant
    ) {
        let subject = (type.traits.subject == .trace ? row["trace_id"]?.text : row["name"]?.text) ?? ""
        let key = "\(type.rawValue) \(subject)"
        var event = marks[key] ?? LabelledEvent(type: type, from: start, to: start, subject: subject)
        event.from = min(event.from, start)
        event.to = max(event.to, start)
        marks[key] = event
    }

    /// Converts `startTime` to `start_time`, and Langfuse's names for costs and tokens to those of the manifest.
    private static func column(_ name: String) -> String {
        var text = ""
        for character in name {
            if character.isUppercase { text += "_" }
            text += character.lowercased()
        }
        return [
            "cost": "total_cost", "provided_model_name": "model", "prompt_tokens": "input_tokens",
            "completion_tokens": "output_tokens",
        ][text] ?? text
    }

    private static func value(_ value: JSONValue) -> Value {
        switch value {
        case .null: .null
        case .bool(let truth): Value(truth)
        case .integer(let number): .integer(number)
        case .number(let number): .real(number)
        case .string(let text): .text(text)
        case .array, .object: .text(value.serialized)
        }
    }
}
