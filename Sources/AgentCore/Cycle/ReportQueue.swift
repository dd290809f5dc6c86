import OnCallModel

/// Decides when the reports of detectors are recorded: at once, except that one waits briefly for the detectors that come
/// before its own in the catalog, because the first to record a failure opens its incident.
///
/// A machine without a clock. A detector that takes longer delays nobody.
struct ReportQueue<Report: Sendable>: Sendable {
    private var running: [DetectionType]
    private var held: [(type: DetectionType, report: Report)] = []
    private let order: [DetectionType]

    /// `order` is that of the catalog.
    init(order: [DetectionType]) {
        (self.order, running) = (order, order)
    }

    /// A detector has ended. Returns the reports that are recorded now, in order.
    mutating func receive(_ report: Report, of type: DetectionType) -> [(type: DetectionType, report: Report)] {
        running.removeAll { $0 == type }
        let index = held.filter { place(of: $0.type) < place(of: type) }.count
        held.insert((type, report), at: index)
        return take(before: running.map(place).min() ?? order.count)
    }

    /// The report of this detector has waited long enough: it and those before it are recorded now.
    mutating func release(_ type: DetectionType) -> [(type: DetectionType, report: Report)] {
        holds(type) ? take(before: place(of: type) + 1) : []
    }

    func holds(_ type: DetectionType) -> Bool { held.contains { $0.type == type } }

    var isDone: Bool { running.isEmpty && held.isEmpty }

    private mutating func take(before end: Int) -> [(type: DetectionType, report: Report)] {
        let count = held.prefix { place(of: $0.type) < end }.count
        defer { held.removeFirst(count) }
        return Array(held.prefix(count))
    }

    private func place(of type: DetectionType) -> Int { order.firstIndex(of: type) ?? order.count }
}
