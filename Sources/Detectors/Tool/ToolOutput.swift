import Basics
import JSON
import OnCallModel

/// One output of a tool as it is judged.
struct ToolOutput: Hashable {
    /// What an output is by itself, before it is held against the tool's own past.
    enum Form: Hashable {
        /// Says an error though the call succeeded: by a document (`{"error": …}`) or by a text (`Error: …`).
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
    /// Seconds; nil where it is none.
    var latency: Double?
    var form: Form
    /// What stands where in a document.
    var places: [String: OutputProfile.Place]
    /// Characters of the output.
    var length: Int
    /// The output and the input as hashes; nil where there was no input.
    var hash: UInt64
    var input: UInt64?
    /// The beginning of the output as it came.
    var head: String
    /// Is a JSON document or a JSON value.
    var isJSON: Bool
    /// Holds a NaN or an Infinity, which was read as null.
    var isMended = false

    /// In bytes; larger ones are skipped.
    static let largest = 1_000_000
    private static let snippetLength = 80

    enum Reading {
        case output(ToolOutput)
        /// Failed openly, is still running, or is no tool's.
        case passed
        case unreadable(String)
    }

    static func read(_ row: RowSet.Record) -> Reading {
        guard let tool = row["name"].text, !tool.isEmpty else { return .passed }
        let id = row["id"].text ?? "?"
        guard let at = row["start_time"].instant else {
            return .unreadable("Output \(id) of \(tool) has no readable start.")
        }
        let body = row["output"].text
        if row["level"].text == "ERROR" || body == nil && row["end_time"].isNull { return .passed }
        let text = body ?? ""
        guard text.utf8.count <= largest else {
            return .unreadable("Output \(id) of \(tool) has \(text.utf8.count) bytes; the maximum is \(largest).")
        }
        let (sample, isMended) = sample(of: text)
        let input = row["input"].text.flatMap { $0.isEmpty ? nil : Fingerprint.hash($0.utf8) }
        let form = ToolOutputCheck.form(of: sample)
        var places: [String: OutputProfile.Place] = [:]
        if case .document(let value) = form { places = OutputProfile.places(of: value) }
        let latency = row["latency"].real.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        return .output(
            ToolOutput(
                id: id, tool: tool, type: row["type"].text ?? "", trace: row["trace_id"].text ?? "",
                traceName: row["trace_name"].text ?? "", release: row["release"].text ?? "", at: at, latency: latency,
                form: form, places: places, length: text.count, hash: Fingerprint.hash(text.utf8),
                input: input, head: String(text.prefix(snippetLength * 8)), isJSON: isJSON(sample),
                isMended: isMended))
    }

    private static func isJSON(_ sample: OutputSample) -> Bool {
        if case .document = sample { true } else { false }
    }

    /// Python writes NaN and Infinity where JSON has no such thing: those are read as null.
    private static func sample(of text: String) -> (OutputSample, isMended: Bool) {
        let sample = OutputSample(text)
        guard case .text = sample, text.utf8.count <= OutputSample.longest,
            text.contains("NaN") || text.contains("Infinity"), let mended = withoutNotNumbers(text),
            case .document(let value) = OutputSample(mended)
        else { return (sample, false) }
        return (.document(value), true)
    }

    /// Nil where nothing stood outside of the texts.
    private static func withoutNotNumbers(_ text: String) -> String? {
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

    var snippet: String { Self.snippet(of: head) }

    /// The beginning of a text from outside, without secrets and inert: at most 80 characters.
    static func snippet(of text: String) -> String {
        // A secret that begins before the cut must be seen whole to be masked, and a colour's letter before it is no part
        // of it.
        var inert = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                inert.append(" ")
            default: inert.append(scalar)
            }
            if scalar == "\u{1B}", rest.first == "[" {
                rest = rest.drop { !(0x40...0x7E).contains($0.value) || $0 == "[" }
                rest = rest.dropFirst()
            }
        }
        return String(Redaction().apply(to: String(inert)).prefix(Self.snippetLength))
    }
}
