import Basics

/// Decides how the bodies of many rows are read with few calls: by windows of time for all names at once, by name where a name's rows
/// lie far apart, or by group where a name has few.
struct BodyPlan {
    /// A row whose bodies are wanted.
    struct Wanted: Hashable, Sendable {
        var time: Instant
        /// The trace.
        var group: Value
        /// The values of the filters that select its name; empty where the API has none.
        var name: [Value]
    }

    enum Read: Hashable, Sendable {
        case window(Interval)
        case name([Value], Interval)
        case group(Value)
    }

    /// The ways that are tried; a provider may refuse one.
    struct Ways: Hashable, Sendable {
        var windows = true
        var names = true
    }

    /// More windows than this are not weighed against each other.
    private static let maxCells = 40
    private static let maxGaps = 8

    private let wanted: [Wanted]
    private let pageRows: Int
    private let ways: Ways
    /// The ends of the cells, the oldest first: one more than there are cells.
    private let ends: [Instant]

    init(_ wanted: some Collection<Wanted>, pageRows: Int, ways: Ways = Ways()) {
        let ordered = wanted.sorted { $0.time < $1.time }
        (self.wanted, self.pageRows, self.ways) = (ordered, max(1, pageRows), ways)
        guard let last = ordered.last else {
            ends = []
            return
        }
        let step = max(1, ordered.count / Self.maxCells)
        var ends = Set(stride(from: 0, to: ordered.count, by: step).map { ordered[$0].time })
        // No window should reach over a long time in which nothing is wanted.
        let gaps = zip(ordered, ordered.dropFirst()).sorted { $0.1.time - $0.0.time > $1.1.time - $1.0.time }
        for (older, newer) in gaps.prefix(Self.maxGaps) where older.time < newer.time {
            ends.formUnion([older.time + .milliseconds(1), newer.time])
        }
        self.ends = ends.union([last.time + .milliseconds(1)]).sorted()
    }

    /// The stretches whose rows are to be counted for ``reads(rows:)``.
    var cells: [Interval] { zip(ends, ends.dropFirst()).map { Interval(from: $0, to: $1) } }

    /// The reads, in the order of how much each gives. `rows`: how many rows of all names each cell has.
    func reads(rows: [Int]) -> [Read] {
        guard !wanted.isEmpty, rows.count == cells.count else { return [] }
        var names = Dictionary(grouping: wanted, by: \.name).map { NameDemand($0, $1, ends: ends) }
        var windows: [Interval] = []
        var isCovered = Array(repeating: false, count: rows.count)
        while ways.windows, let best = bestWindow(names, rows, isCovered) {
            for place in best { isCovered[place] = true }
            for index in names.indices { names[index].cover(best) }
            windows.append(Interval(from: ends[best.lowerBound], to: ends[best.upperBound]))
        }
        return windows.sorted { $0.to > $1.to }.map(Read.window) + rest(of: names)
    }

    /// The window that saves the most calls; nil if none does.
    private func bestWindow(_ names: [NameDemand], _ rows: [Int], _ isCovered: [Bool]) -> Range<Int>? {
        let before = names.map { cost($0.open, $0) }
        var best: (range: Range<Int>, gain: Int, cost: Int)?
        for start in rows.indices where !isCovered[start] {
            var (count, taken) = (0, Array(repeating: 0, count: names.count))
            for end in start..<rows.count {
                guard !isCovered[end] else { break }
                count += rows[end]
                var saved = 0
                for (index, name) in names.enumerated() {
                    taken[index] += name.wanted[end]
                    saved += before[index] - cost(name.open - taken[index], name)
                }
                let cost = pages(count)
                let gain = saved - cost
                // What costs the same serves other names too. Of equal windows the cheaper one, and then the newer one.
                if gain >= 0, saved > 0, best.map({ (gain, -cost) >= ($0.gain, -$0.cost) }) ?? true {
                    best = (start..<end + 1, gain, cost)
                }
            }
        }
        return best?.range
    }

    private func pages(_ rows: Int) -> Int { max(1, (rows + pageRows - 1) / pageRows) }

    /// The calls for a name's rows without a window.
    private func cost(_ open: Int, _ name: NameDemand) -> Int {
        guard open > 0 else { return 0 }
        return canNarrow(name.name) ? min(pages(open), open) : min(open, name.groups)
    }

    private func canNarrow(_ name: [Value]) -> Bool { ways.names && !name.isEmpty && !name.contains(.null) }

    /// The names that miss most come first.
    private func rest(of names: [NameDemand]) -> [Read] {
        let open = names.filter { $0.open > 0 }.sorted {
            ($0.openShare, $0.newest) > ($1.openShare, $1.newest)
        }
        return open.flatMap { name -> [Read] in
            let rows = name.openRows
            let groups = Set(rows.map(\.group)).subtracting([.null])
            if groups.count == 1 || !canNarrow(name.name), !groups.isEmpty {
                var seen: Set<Value> = []
                return rows.reversed().filter { groups.contains($0.group) && seen.insert($0.group).inserted }
                    .map { .group($0.group) }
            }
            guard canNarrow(name.name), let first = rows.first, let last = rows.last else { return [] }
            return [.name(name.name, Interval(from: first.time, to: last.time + .milliseconds(1)))]
        }
    }

    /// What is wanted of one name.
    private struct NameDemand {
        let name: [Value]
        let rows: [Wanted]
        /// The cell of each row.
        private let places: [Int]
        /// How many rows are wanted in each cell.
        let wanted: [Int]
        let groups: Int
        private(set) var open: Int
        private var isCovered: [Bool]

        init(_ name: [Value], _ rows: [Wanted], ends: [Instant]) {
            (self.name, self.rows) = (name, rows)
            var (place, places) = (0, [Int]())
            var wanted = Array(repeating: 0, count: ends.count - 1)
            for row in rows {
                while place + 2 < ends.count, ends[place + 1] <= row.time { place += 1 }
                places.append(place)
                wanted[place] += 1
            }
            (self.places, self.wanted) = (places, wanted)
            groups = Set(rows.map(\.group)).count
            open = rows.count
            isCovered = Array(repeating: false, count: wanted.count)
        }

        var openRows: [Wanted] { zip(rows, places).filter { !isCovered[$0.1] }.map(\.0) }
        var openShare: Double { Double(open) / Double(max(1, rows.count)) }
        var newest: Instant { rows.last?.time ?? Instant(milliseconds: 0) }

        mutating func cover(_ cells: Range<Int>) {
            for cell in cells where !isCovered[cell] {
                isCovered[cell] = true
                open -= wanted[cell]
            }
        }
    }
}
