import Basics
package import OnCallModel

/// The causal graph as text.
package enum GraphText {
    /// One line for each edge, the strongest first.
    package static func lines(_ graph: CausalGraph) -> [String] {
        let labels = Dictionary(graph.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func name(_ id: String) -> String {
            guard let node = labels[id] else { return id }
            return "\(node.kind.rawValue) \"\(node.label.prefix(60))\""
        }
        return edges(graph).map { "\(name($0.from)) \($0.kind.phrase) \(name($0.to)): \($0.reason)" }
    }

    private static func edges(_ graph: CausalGraph) -> [CausalGraph.Edge] {
        let places = Dictionary(graph.nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let kinds = CausalGraph.Edge.Kind.allCases
        return graph.edges.sorted { left, right in
            let (one, other) = (kinds.firstIndex(of: left.kind) ?? 0, kinds.firstIndex(of: right.kind) ?? 0)
            return (one, places[left.from] ?? 0, places[left.to] ?? 0)
                < (other, places[right.from] ?? 0, places[right.to] ?? 0)
        }
    }

    /// The graph in Mermaid's language. Nodes are numbered, and labels have no sign that Mermaid or Markdown reads.
    package static func mermaid(_ graph: CausalGraph) -> String {
        let joined = Set(graph.edges.flatMap { [$0.from, $0.to] })
        let nodes = graph.nodes.filter { joined.contains($0.id) }
        let numbers = Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines = ["flowchart LR"]
        lines += nodes.enumerated().map { "  n\($0)[\"\($1.kind.rawValue): \(plain($1.label))\"]" }
        lines += edges(graph).compactMap { edge in
            guard let from = numbers[edge.from], let to = numbers[edge.to] else { return nil }
            let line = [.caused, .contains, .called, .reported].contains(edge.kind) ? "-->" : "-.->"
            return "  n\(from) \(line)|\(edge.kind.phrase)| n\(to)"
        }
        return lines.joined(separator: "\n")
    }

    /// Letters, digits and harmless signs; everything else is a space.
    private static func plain(_ label: String) -> String {
        let text = UntrustedText.line(label).unicodeScalars.map { scalar -> Character in
            let isHarmless = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            return isHarmless || " .,:+-_/$%".unicodeScalars.contains(scalar) ? Character(scalar) : " "
        }
        let words = String(text).split(separator: " ").joined(separator: " ")
        return words.isEmpty ? "unnamed" : String(words.prefix(60))
    }
}
