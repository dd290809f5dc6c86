import YAML

/// An input is a YAML text.
///
/// An error has a position in the text. A document is the same when it is read again, is within the depth limit, and its values
/// have increasing positions in the text.
enum YAMLSubject {
    static func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = YAMLLines(text)
        do throws(YAMLError) {
            let document = try YAMLDocument.parse(text)
            var last = Mark(line: 1, column: 1)
            walk(document, depth: 0, lines, &last)
            promise("a document is read the same twice", document == (try? YAMLDocument.parse(text)))
        } catch {
            promise("\(error.mark) is a place of the text", lines.contain(error.mark))
            promise("an error says why and what to do", !error.reason.isEmpty && !error.remedy.isEmpty)
        }
    }

    private static func walk(_ node: YAMLNode, depth: Int, _ lines: YAMLLines, _ last: inout Mark) {
        promise("depth \(depth) is refused", depth <= YAMLDocument.maxDepth)
        pass(node.mark, lines, &last)
        switch node.content {
        case .scalar: promise("a scalar means something", node.scalar != nil)
        case .sequence(let elements):
            for element in elements { walk(element, depth: depth + 1, lines, &last) }
        case .mapping(let entries):
            promise("no key is duplicate", Set(entries.map(\.key)).count == entries.count)
            for entry in entries {
                pass(entry.keyMark, lines, &last)
                walk(entry.value, depth: depth + 1, lines, &last)
            }
        }
    }

    private static func pass(_ mark: Mark, _ lines: YAMLLines, _ last: inout Mark) {
        promise("\(mark) is a place of the text", lines.contain(mark))
        promise("\(mark) is not before \(last)", (last.line, last.column) <= (mark.line, mark.column))
        last = mark
    }
}

/// The lines of a text by the line breaks of YAML 1.1, which libyaml counts.
struct YAMLLines {
    /// Without their breaks.
    let lines: [Substring.UnicodeScalarView]

    init(_ text: String) {
        let scalars = Substring(text).unicodeScalars
        var lines: [Substring.UnicodeScalarView] = []
        var start = scalars.startIndex
        var place = start
        while place < scalars.endIndex {
            let scalar = scalars[place]
            let next = scalars.index(after: place)
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
                lines.append(scalars[start..<place])
                let isPair = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
                start = isPair ? scalars.index(after: next) : next
                place = start
            } else {
                place = next
            }
        }
        self.lines = lines + [scalars[start...]]
    }

    /// True if a mark is a position in the text, or the one after the end of a line.
    func contain(_ mark: Mark) -> Bool {
        lines.indices.contains(mark.line - 1) && (1...lines[mark.line - 1].count + 1).contains(mark.column)
    }
}
