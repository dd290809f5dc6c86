/// A position in a text. Lines and columns count from 1; columns are characters.
package struct Mark: Hashable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        (self.line, self.column) = (line, column)
    }
}

/// A YAML document as a value, with the position of each part.
package struct YAMLNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case scalar(String, Style)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package enum Style: Hashable, Sendable {
        /// Without quotes: may be a number, a boolean or null.
        case plain
        /// Quoted or a block scalar: always text.
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

    /// The value of a key; nil if it is missing or this is not a mapping.
    package subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key == key }?.value
    }

    package var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
    package var elements: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
}
