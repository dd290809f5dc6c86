import Basics

/// The time from the first start to the last end, and the bars on it.
struct TimeAxis {
    private let first: Double
    private let last: Double

    init(_ nodes: [GraphNode]) {
        let times = nodes.flatMap { [$0.start, $0.end] }
        (first, last) = (Double(times.min() ?? 0), Double(times.max() ?? 0))
    }

    /// Its length: `850 ms`, `33.6 s`, `12 min`.
    var length: String {
        let milliseconds = last - first
        if milliseconds < 1000 { return "\(Int(milliseconds)) ms" }
        if milliseconds >= 60_000 { return Format.age(.milliseconds(Int64(min(milliseconds, 1e15)))) }
        let tenths = Int(milliseconds / 100)
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// The bar of a node from its first column on, in eighths of a column. A moment is the thinnest mark.
    func bar(of node: GraphNode, width: Int) -> (x: Int, text: String) {
        let scale = last > first ? Double(width) / (last - first) : 0
        let from = (Double(node.start) - first) * scale
        let left = min(width - 1, max(0, Int(from)))
        let to = max(from, min(Double(width), (Double(node.end) - first) * scale))
        let right = max(left, min(width - 1, Int(to)))
        if left == right { return (left, Self.block(to - from)) }
        let head = Double(left + 1) - from
        var text = head >= 0.75 ? "█" : head >= 0.25 ? "▐" : " "
        text += String(repeating: "█", count: right - left - 1)
        let tail = to - Double(right)
        if tail >= 1.0 / 16 { text += Self.block(tail) }
        // A bar of two thin parts stays visible.
        return text.allSatisfy { $0 == " " } ? (left, "▐") : (left, text)
    }

    private static func block(_ share: Double) -> String {
        let blocks = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
        return blocks[min(7, max(0, Int((share * 8).rounded()) - 1))]
    }
}
