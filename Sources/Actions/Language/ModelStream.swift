import Basics
import JSON

/// The text of a streamed answer: server-sent events, one `chat.completion.chunk` each, and `[DONE]` at the end.
///
/// A server that does not stream sends one JSON document, which has no line that begins with `data:`.
struct ModelStream {
    /// All that the model wrote, with its reasoning.
    private(set) var text = ""
    /// `finish_reason` of the last chunk; nil until the end.
    private(set) var reason: String?
    private(set) var tokens: Int?
    /// The message of an error inside the stream.
    private(set) var complaint: String?
    private(set) var isStream = false
    private(set) var isDone = false
    private var line: [UInt8] = []

    /// Reads the next bytes, which may end anywhere. True if the text grew.
    mutating func read(_ bytes: some Sequence<UInt8>) -> Bool {
        let length = text.utf8.count
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                read(line: String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        return text.utf8.count > length
    }

    private mutating func read(line: String) {
        guard line.hasPrefix("data:") else { return }
        isStream = true
        let data = String(line.dropFirst(5)).trimmed
        if data == "[DONE]" { return isDone = true }
        guard let chunk = try? JSONDocument.parse(Array(data.utf8)) else { return }
        if let error = chunk["error"], !error.isNull {
            complaint = error["message"]?.string ?? error.string ?? "an error"
        }
        let choice = chunk["choices"]?[0]
        text += choice?["delta"]?["content"]?.string ?? ""
        reason = choice?["finish_reason"]?.string ?? reason
        let usage = chunk["usage"] ?? chunk["x_groq"]?["usage"]
        tokens = usage?["total_tokens"]?.int ?? tokens
    }
}
