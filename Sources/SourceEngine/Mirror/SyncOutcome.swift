import Basics
import SourceFetch

/// The outcome of one sync of a mirrored table.
struct SyncOutcome: Sendable {
    var calls = 0
    var rows = 0
    var warnings = 0
    /// Why it ended early; nil when all windows were read.
    var failure: SourceError?
    var state = MirrorState()
    /// The provider's clock minus ours.
    var skew: Span?
    /// A window that could not be read completely, as a sentence.
    var note: String?

    mutating func add(_ reading: WindowReading) {
        calls += reading.calls
        rows += reading.rows
        warnings += reading.warnings
        skew = reading.skew ?? skew
    }
}
