package import Basics
import CSimdJSON

/// Reads whole JSON documents with simdjson.
///
/// A number without fraction or exponent is an integer if it fits 64 bits, or else a floating point number.
package enum JSONDocument {
    /// The maximum depth of nested objects and arrays.
    package static let maxDepth = 512

    /// The document as an independent value.
    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try withView(of: bytes) { view throws(JSONError) in view.value }
    }

    package static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    /// Calls `body` with a view of the document, without creating values. The view is valid only inside `body`.
    package static func withView<Result>(
        of bytes: [UInt8], _ body: (JSONView) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        guard let parser = ParserShelf.shared.take() else { throw JSONError(kind: .outOfMemory) }
        defer { ParserShelf.shared.putBack(parser) }
        var tape = csj_tape()
        try read(withoutByteOrderMark(bytes), with: parser, into: &tape)
        guard let words = tape.words, let strings = tape.strings else { throw JSONError(kind: .outOfMemory) }
        // Word 0 is the root; the document starts after it.
        return try body(JSONView(words: words, strings: strings, index: 1))
    }

    /// The same for a `body` with errors of its own; `failure` makes one of them out of a document that cannot be read.
    package static func withView<Result, Failure: Error>(
        of bytes: [UInt8], orThrow failure: (JSONError) -> Failure, _ body: (JSONView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure>
        do throws(JSONError) {
            result = try withView(of: bytes) { view in
                do throws(Failure) { return .success(try body(view)) } catch { return .failure(error) }
            }
        } catch {
            throw failure(error)
        }
        return try result.get()
    }

    private static func read(
        _ bytes: ArraySlice<UInt8>, with parser: OpaquePointer, into tape: inout csj_tape
    ) throws(JSONError) {
        var result = parse(bytes, with: parser, into: &tape)
        if result == CSJ_NUMBER || result == CSJ_SYNTAX {
            let mended = JSONMending.mended(bytes)
            if mended[...] != bytes { result = parse(mended[...], with: parser, into: &tape) }
        }
        switch result {
        case CSJ_OK: return
        case CSJ_EMPTY: throw JSONError(kind: .empty)
        case CSJ_TOO_DEEP: throw JSONError(kind: .tooDeep)
        case CSJ_TOO_LARGE: throw JSONError(kind: .tooLarge)
        case CSJ_OUT_OF_MEMORY: throw JSONError(kind: .outOfMemory)
        default: throw JSONFault.error(in: Array(bytes), isNumber: result == CSJ_NUMBER)
        }
    }

    private static func parse(
        _ bytes: ArraySlice<UInt8>, with parser: OpaquePointer, into tape: inout csj_tape
    ) -> csj_result {
        bytes.withUnsafeBufferPointer { csj_parse(parser, $0.baseAddress, $0.count, maxDepth, &tape) }
    }

    private static func withoutByteOrderMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }
}

/// Keeps one idle parser, so that the next page of similar size reuses its memory.
private final class ParserShelf: Sendable {
    private struct Parser: @unchecked Sendable {  // because the caller that takes it is its only user
        let pointer: OpaquePointer
    }

    static let shared = ParserShelf()
    private static let maxKeptBytes = 2 << 20
    private let idle = Lock<Parser?>(nil)

    func take() -> OpaquePointer? {
        let kept = idle.withLock { idle in
            defer { idle = nil }
            return idle
        }
        return kept?.pointer ?? csj_create()
    }

    func putBack(_ parser: OpaquePointer) {
        let candidate = Parser(pointer: parser)
        let isKept =
            csj_capacity(parser) <= Self.maxKeptBytes
            && idle.withLock { idle in
                guard idle == nil else { return false }
                idle = candidate
                return true
            }
        if !isKept { csj_destroy(parser) }
    }
}
