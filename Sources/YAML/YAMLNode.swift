/// A place in a text. Lines and columns count from 1; columns are characters.
package struct Mark: Hashable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        (self.line, self.column) = (line, column)
    }
}

/// A YAML document as a value that knows where each part of it stands.
package struct YAMLNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case scalar(String, Style)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package enum Style: Hashable, Sendable {
        /// Without quotes: may spell a number, a truth value or null.
        case plain
        /// Quoted, or a block of lines: always text.
        case quoted
    }

    package struct Entry: Hashable, Sendable {
        package var key: String
        package var keyMark: Mark
        package var value: YAMLNode

        package init(key: String, keyMark: Mark, value: YAMLNode) {
            (self.key, self.keyMark, self.value) = (key, keyMark, value)
        }
    }

    package var content: Content
    package var mark: Mark

    package init(_ content: Content, mark: Mark) {
        (self.content, self.mark) = (content, mark)
    }

    /// The value of a mapping's key; nil where there is none or this is no mapping.
    package subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key == key }?.value
    }

    package var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
    package var elements: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
}
