/// Builds nodes from events, within the limits of ``YAMLDocument``.
struct NodeBuilder {
    private var nodes = 0

    /// Nil if the text has no document.
    mutating func document(_ events: inout EventReader) throws(YAMLError) -> YAMLNode? {
        _ = try events.next()
        guard case .documentStart = try events.next().kind else { return nil }
        let root = try node(from: events.next(), depth: 0, &events)
        _ = try events.next()
        let after = try events.next()
        guard case .streamEnd = after.kind else {
            throw after.error("a second document begins here", "Write one document per file.")
        }
        return root
    }

    private mutating func node(
        from event: Event, depth: Int, _ events: inout EventReader
    ) throws(YAMLError) -> YAMLNode {
        nodes += 1
        try check(event, depth: depth)
        switch event.kind {
        case .scalar(let text, let style):
            return YAMLNode(.scalar(text, style), mark: event.mark)
        case .sequenceStart:
            return YAMLNode(.sequence(try elements(depth: depth, &events)), mark: event.mark)
        case .mappingStart:
            return YAMLNode(.mapping(try entries(depth: depth, &events)), mark: event.mark)
        case .sequenceEnd, .mappingEnd, .alias, .documentStart, .documentEnd, .streamStart, .streamEnd:
            throw event.error("a value is missing here", "Write the value, or remove the key.")
        }
    }

    private func check(_ event: Event, depth: Int) throws(YAMLError) {
        if case .alias = event.kind {
            throw event.error("aliases (*name) are not supported", "Write the value out.")
        }
        if event.hasAnchor {
            throw event.error(
                "anchors (&name) are not supported", "Remove the anchor and write the value in each place.")
        }
        if depth > YAMLDocument.maxDepth {
            throw event.error("the value is nested deeper than \(YAMLDocument.maxDepth) levels", "Reduce the nesting.")
        }
        if nodes > YAMLDocument.maxNodes {
            throw event.error(
                "the file holds more than \(YAMLDocument.maxNodes) values",
                "Split it, or leave tables out that are not needed.")
        }
    }

    private mutating func elements(depth: Int, _ events: inout EventReader) throws(YAMLError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try node(from: event, depth: depth + 1, &events))
        }
    }

    private mutating func entries(depth: Int, _ events: inout EventReader) throws(YAMLError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var seen: [String: Mark] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return entries }
            guard case .scalar(let key, _) = try node(from: event, depth: depth + 1, &events).content else {
                throw event.error(
                    "the key of a mapping must be a word, not a list or a mapping",
                    "Write a plain key before the colon.")
            }
            if let first = seen.updateValue(event.mark, forKey: key) {
                throw event.error("duplicate key \"\(key)\", first in line \(first.line)", "Keep one of the two.")
            }
            let value = try node(from: events.next(), depth: depth + 1, &events)
            entries.append(YAMLNode.Entry(key: key, keyMark: event.mark, value: value))
        }
    }
}
