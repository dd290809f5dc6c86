import Basics
import JSON
import OnCallModel

/// One output of a tool as it is judged.
struct ToolOutput: Hashable {
    /// The form of an output by itself, before it is compared with the tool's own past.
    enum Form: Hashable {
        /// An error although the call succeeded: as a document (`{"error": …}`) or as a text (`Error: …`).
        case error(isDocument: Bool)
        case empty
        case page
        case text
        case document(JSONValue)
    }

    var id: String
    var tool: String
    var type: String
    var trace: String
    var traceName: String
    var release: String
    var at: Instant
    /// Seconds; nil if invalid.
    var latency: Double?
    var form: Form
    /// The paths of a document.
    var places: [String: OutputProfile.Place]
    /// Characters of the output.
    var length: Int
    /// The output and the input as hashes; nil where there was no input.
    var hash: UInt64
    var input: UInt64?
    /// The beginning of the output, as received.
    var head: String
    /// A JSON document or a JSON value.
    var isJSON: Bool
    /// Contains NaN or Infinity, which was read as null.
    var hasNaN: Bool

    /// Larger outputs are skipped.
    static let maxBytes = 1_000_000
    private static let snippetLength = 80

    /// Nil for a call that failed openly, is still running, or has no name.
    init?(_ row: RowSet.Record) throws(Unreadable) {
        guard let tool = row["name"].text, !tool.isEmpty else { return nil }
        let id = row["id"].text ?? "?"
        guard let at = row["start_time"].instant else {
            throw Unreadable(sentence: "Output \(id) of \(tool) has no readable start.")
        }
        let body = row["output"].text
        if row["level"].text == "ERROR" || body == nil && row["end_time"].isNull { return nil }
        let text = body ?? ""
        guard text.utf8.count <= Self.maxBytes else {
            throw Unreadable(
                sentence: "Output \(id) of \(tool) has \(text.utf8.count) bytes; the maximum is \(Self.maxBytes).")
        }
        (self.id, self.tool, self.at, type) = (id, tool, at, row.text("type"))
        (trace, traceName, release) = (row.text("trace_id"), row.text("trace_name"), row.text("release"))
        latency = row.amount("latency")
        let (sample, hasNaN) = Self.sample(of: text)
        if case .document = sample { isJSON = true } else { isJSON = false }
        self.hasNaN = hasNaN
        form = ToolOutputCheck.form(of: sample)
        if case .document(let value) = form { places = OutputProfile.places(of: value) } else { places = [:] }
        (length, hash) = (text.count, Fingerprint.hash(text.utf8))
        input = row["input"].text.flatMap { $0.isEmpty ? nil : Fingerprint.hash($0.utf8) }
        head = String(text.prefix(Self.snippetLength * 8))
    }

    /// Python writes NaN and Infinity, which JSON does not have: they are read as null.
    private static func sample(of text: String) -> (OutputSample, hasNaN: Bool) {
        let sample = OutputSample(text)
        guard case .text = sample, text.utf8.count <= OutputSample.maxBytes,
            text.contains("NaN") || text.contains("Infinity"), let repaired = withoutNaN(text),
            case .document(let value) = OutputSample(repaired)
        else { return (sample, false) }
        return (.document(value), true)
    }

    /// Nil if there are none outside of strings.
    private static func withoutNaN(_ text: String) -> String? {
        var (result, rest) = ("", text[...])
        var (isInside, isEscaped, isChanged) = (false, false, false)
        while let character = rest.first {
            if !isInside, let word = ["-Infinity", "Infinity", "NaN"].first(where: rest.hasPrefix) {
                result += "null"
                rest = rest.dropFirst(word.count)
                isChanged = true
                continue
            }
            if character == "\"", !isEscaped { isInside.toggle() }
            isEscaped = character == "\\" && !isEscaped
            result.append(character)
            rest = rest.dropFirst()
        }
        return isChanged ? result : nil
    }

    /// The beginning of a text from outside, without secrets and inert: at most 80 characters.
    static func snippet(of text: String) -> String {
        // A colour's letter before a secret would hide it, and a secret must be whole to be masked.
        let plain = text.replacing(/\u{1B}\[[^@-~]*[@-~]/, with: " ")
        return String(Redaction().apply(to: UntrustedText.line(UntrustedText.visible(plain))).prefix(snippetLength))
    }
}
