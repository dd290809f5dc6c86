import Basics
import CellGrid
import OnCallModel

extension Severity {
    /// A mark and a word, never only a colour.
    var label: Line {
        switch self {
        case .critical: ("!! CRIT", .critical)
        case .high: ("!  HIGH", .high)
        case .medium: ("·  MED ", .medium)
        case .info: ("   note", .info)
        }
    }
}

extension ActRecord {
    var role: Role {
        switch state {
        case .done: .good
        case .failed: .bad
        case .unknown: .warn
        case .waiting, .attempting: .info
        }
    }
}

/// A row of numbers as bars of eight heights.
func sparkline(_ values: [Double]) -> String {
    let marks = Array("▁▂▃▄▅▆▇█")
    guard let top = values.max(), top > 0 else { return String(repeating: "▁", count: values.count) }
    return String(values.map { marks[min(7, max(0, Int(($0 / top * 7).rounded())))] })
}
