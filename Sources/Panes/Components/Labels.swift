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
