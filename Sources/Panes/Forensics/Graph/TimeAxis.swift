import Basics

/// The time from the first start to the last end, and the bars on it.
struct TimeAxis: Hashable, Sendable {
    private let first: Double
    private let last: Double

    /// Nil where no node has a time.
    init?(_ nodes: [GraphNode]) {
        let starts = nodes.compactMap { $0.start ?? $0.end }
        let ends = nodes.compactMap { $0.end ?? $0.start }
        guard let first = starts.min(), let last = (ends + starts).max() else { return nil }
        (self.first, self.last) = (Double(first), Double(last))
    }

    /// How long it is: `850 ms`, `33.6 s`, `12 min`.
    var length: String {
        let milliseconds = last - first
        if milliseconds < 1000 { return "\(Int(milliseconds)) ms" }
        if milliseconds >= 60_000 { return Format.age(.milliseconds(Int64(min(milliseconds, 1e15)))) }
        let tenths = Int(milliseconds / 100)
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// In eighths of a column, from its first cell on; nil for a node without a time. What takes no time is the thinnest
    /// mark, and a start whose end is not known an arrow.
    func bar(of node: GraphNode, width: Int) -> (x: Int, text: String)? {
        guard width > 0, let start = node.start ?? node.end else { return nil }
        let scale = last > first ? Double(width) / (last - first) : 0
        let from = (Double(start) - first) * scale
        let left = min(width - 1, max(0, Int(from)))
        guard let end = node.end else { return (left, "▸") }
        let to = max(from, min(Double(width), (Double(end) - first) * scale))
        let right = max(left, min(width - 1, Int(to)))
        if left == right { return (left, Self.block(to - from)) }
        let head = Double(left + 1) - from
        var text = head >= 0.75 ? "█" : head >= 0.25 ? "▐" : " "
        text += String(repeating: "█", count: right - left - 1)
        let tail = to - Double(right)
        if tail >= 1.0 / 16 { text += Self.block(tail) }
        // A bar of two slivers is still to be seen.
        return text.allSatisfy { $0 == " " } ? (left, "▐") : (left, text)
    }

    private static func block(_ share: Double) -> String {
        let blocks = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
        return blocks[min(7, max(0, Int((share * 8).rounded()) - 1))]
    }
}
