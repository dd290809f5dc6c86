/// Why bytes are not a valid JSON document.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case empty
        /// The document ends within a value.
        case truncated
        case syntax
        /// The bytes are not UTF-8.
        case encoding
        /// A number beyond the range of a 64-bit floating point number.
        case number
        case tooDeep
        case tooLarge
        case outOfMemory
    }

    package var kind: Kind
    /// The byte offset of the error, from 0; nil if it concerns the whole document.
    package var offset: Int?
    /// Lines and columns count from 1; columns are bytes.
    package var line: Int?
    package var column: Int?

    package var description: String {
        guard let line, let column else { return what }
        return "\(what), at line \(line), column \(column)"
    }

    private var what: String {
        switch kind {
        case .empty: "the JSON document is empty"
        case .truncated: "the JSON document ends in the middle of a value"
        case .syntax: "the text is not JSON"
        case .encoding: "the JSON document is not UTF-8 text"
        case .number: "the JSON document holds a number that is out of range"
        case .tooDeep: "the JSON document is nested deeper than \(JSONDocument.maxDepth) levels"
        case .tooLarge: "the JSON document is larger than 4 GB"
        case .outOfMemory: "there is not enough memory for the JSON document"
        }
    }
}

extension JSONError {
    init(kind: Kind, at offset: Int, in bytes: [UInt8]) {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        self.init(
            kind: kind, offset: offset, line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: offset - lineStart + 1)
    }
}
