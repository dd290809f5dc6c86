import Basics

/// Why a row cannot be judged: one sentence for the detector's health.
struct Unreadable: Error {
    var sentence: String
}

extension RowSet {
    /// What `read` makes of each row. A row that cannot be read adds its sentence to `skipped`.
    func read<Element>(
        _ skipped: inout [String], _ read: (Record) throws(Unreadable) -> Element?
    ) -> [Element] {
        var elements: [Element] = []
        for row in records {
            do throws(Unreadable) {
                if let element = try read(row) { elements.append(element) }
            } catch {
                skipped.append(error.sentence)
            }
        }
        return elements
    }
}

extension RowSet.Record {
    /// Empty for NULL.
    func text(_ column: String) -> String { self[column].text ?? "" }

    /// Nil for NULL, NaN, Infinity and negative numbers.
    func amount(_ column: String) -> Double? { self[column].real.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }

    /// 0 for NULL and negative numbers.
    func count(_ column: String) -> Int { max(0, self[column].integer ?? 0) }
}
