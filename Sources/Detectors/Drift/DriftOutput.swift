import Basics
import OnCallModel

/// One output of a feature, and what it was made with.
struct DriftOutput: Hashable, Sendable {
    var id: String
    var trace: String
    var at: Instant
    var sample: OutputSample
    var origin: DriftOrigin

    /// Nil for a row that is still running, failed before it gave an output, has no time, is too long to judge, or is a step
    /// of another observation where only roots count.
    init?(_ row: RowSet.Record, rootsOnly: Bool) {
        guard let at = row["start_time"].instant, let id = row["id"].text else { return nil }
        if rootsOnly, !row.text("parent_observation_id").isEmpty { return nil }
        // Longer ones may have been cut.
        guard row.text("output").utf8.count <= ToolOutput.maxBytes else { return nil }
        let sample = OutputSample(row["output"].text)
        if sample == .blank, row["end_time"].isNull || row["level"].text == "ERROR" { return nil }
        self.id = id
        trace = row.text("trace_id")
        self.at = at
        self.sample = sample
        origin = DriftOrigin(row)
    }

    /// Each once, oldest first; outputs of one moment in the order of their ids.
    static func inOrder(_ outputs: some Sequence<DriftOutput>) -> [DriftOutput] {
        var seen: Set<String> = []
        return outputs.filter { seen.insert("\($0.trace)\u{1F}\($0.id)").inserted }
            .sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}

/// What an output was made with: the labels by which failing and passing ones may differ.
struct DriftOrigin: Hashable, Sendable {
    typealias Label = SchemaDriftFacts.Label

    private var values: [Label: String] = [:]
    /// The prompt's name and its version's number, where the row has both.
    var prompt: Prompt?

    struct Prompt: Hashable, Sendable {
        var name: String
        var version: Int
    }

    init(_ row: RowSet.Record) {
        for label in Label.allCases.dropFirst() {
            if let text = row[label.rawValue].text, !text.isEmpty { values[label] = String(text.prefix(120)) }
        }
        guard let version = row["prompt_version"].integer else { return }
        let name = row.text("prompt_name")
        values[.prompt] = name.isEmpty ? "v\(version)" : "\(name.prefix(120)) v\(version)"
        if !name.isEmpty { prompt = Prompt(name: name, version: version) }
    }

    /// `support-bot v14`, `gpt-4o`; nil where the row does not say.
    subscript(label: Label) -> String? { values[label] }
}
