/// The lines between two layers. Every source has one bus, a line along the layers, from which a line goes down to each of
/// its targets. Buses that do not meet share a track.
///
/// No line is ambiguous: where a line comes down through a track, that track leads nowhere else. A line that would be
/// ambiguous takes a detour, down its own column and in along its own track.
struct ChannelTracks {
    /// From above in one column, along a track, and down in others.
    struct Bus {
        let source: Int
        let entry: Int
        /// Columns, and the edges that go down there.
        var exits: [(column: Int, edges: [Int])]
        /// It continues another bus of its source, in a column that nothing else uses.
        var isPart = false
        var track = 0

        var low: Int { exits.reduce(entry) { min($0, $1.column) } }
        var high: Int { exits.reduce(entry) { max($0, $1.column) } }
        var isStraight: Bool { low == high }

        func leads(to column: Int) -> Bool { exits.contains { $0.column == column } }

        /// This one must be above the other: else it would come down through the other's column on the way to its track.
        func isAbove(_ other: Bus) -> Bool {
            if source == other.source { return other.isPart && leads(to: other.entry) }
            // The only bus that leads to a node and to others is above those that join it there.
            let isJoined = exits.count > 1 && other.isPart && other.exits.count == 1 && leads(to: other.exits[0].column)
            return isJoined || other.leads(to: entry)
        }
    }

    private(set) var buses: [Bus] = []
    private(set) var count = 0
    private var ports: Set<Int>

    init(_ segments: [LayerGraph.Segment], _ middles: [Int]) {
        var bySource: [Int: [LayerGraph.Segment]] = [:]
        for segment in segments { bySource[segment.from, default: []].append(segment) }
        ports = Set(segments.flatMap { [middles[$0.from], middles[$0.to]] })
        let all = bySource.keys.sorted { (middles[$0], $0) < (middles[$1], $1) }.map { source in
            Bus(
                source: source, entry: middles[source],
                exits: (bySource[source] ?? []).map { (middles[$0.to], [$0.edge]) })
        }
        buses = all.filter(\.isStraight)
        pack(apart(all).filter { !$0.isStraight })
    }

    /// Where several buses lead to a node, only one that leads nowhere else may join another. The others get their own part
    /// for it, except one if all lead elsewhere too.
    private mutating func apart(_ buses: [Bus]) -> [Bus] {
        var (result, parts): ([Bus], [Bus]) = (buses, [])
        var arriving: [Int: [Int]] = [:]
        for (index, bus) in buses.enumerated() {
            for exit in bus.exits { arriving[exit.column, default: []].append(index) }
        }
        for (column, arrivals) in arriving.sorted(by: { $0.key < $1.key }) where arrivals.count > 1 {
            let branching = arrivals.filter { buses[$0].exits.count > 1 }
            for index in branching.dropFirst(branching.count == arrivals.count ? 1 : 0) {
                guard let exit = result[index].exits.firstIndex(where: { $0.column == column }) else { continue }
                let edges = result[index].exits[exit].edges
                let own = freeColumn(near: column, isRightFirst: buses[index].entry > column)
                result[index].exits[exit] = (own, edges)
                parts.append(Bus(source: buses[index].source, entry: own, exits: [(column, edges)], isPart: true))
            }
        }
        return result + parts
    }

    /// The topmost first. If each waits for another, one takes a detour.
    private mutating func pack(_ bent: [Bus]) {
        var waiting = bent.sorted { ($0.low, $0.high, $0.source) < ($1.low, $1.high, $1.source) }
        var tracks: [[Bus]] = []
        while !waiting.isEmpty {
            guard
                let index = waiting.indices.first(where: { index in
                    waiting.indices.allSatisfy { $0 == index || !waiting[$0].isAbove(waiting[index]) }
                })
            else {
                detour(&waiting)
                continue
            }
            var bus = waiting.remove(at: index)
            bus.track = tracks.reduce(0) { first, track in
                track.contains { $0.isAbove(bus) } ? max(first, track[0].track + 1) : first
            }
            while bus.track < tracks.count,
                tracks[bus.track].contains(where: { bus.low <= $0.high + 1 && $0.low <= bus.high + 1 })
            {
                bus.track += 1
            }
            if bus.track == tracks.count { tracks.append([]) }
            tracks[bus.track].append(bus)
        }
        buses += tracks.joined()
        count = tracks.count
    }

    /// Parts wait for others, but no bus waits for a part, which has its own column. So each bus takes at most one detour.
    private mutating func detour(_ waiting: inout [Bus]) {
        let index = waiting.firstIndex { !$0.isPart } ?? 0
        let bus = waiting.remove(at: index)
        let own = freeColumn(near: bus.entry, isRightFirst: bus.high > bus.entry)
        waiting.append(
            Bus(
                source: bus.source, entry: bus.entry, exits: [(own, bus.exits.flatMap(\.edges))], isPart: bus.isPart))
        waiting.append(Bus(source: bus.source, entry: own, exits: bus.exits, isPart: true))
    }

    private mutating func freeColumn(near column: Int, isRightFirst: Bool) -> Int {
        var (found, distance) = (column, 0)
        while found < 0 || ports.contains(found) {
            distance += 1
            let step = (distance + 1) / 2
            found = column + (distance.isMultiple(of: 2) == isRightFirst ? -step : step)
        }
        ports.insert(found)
        return found
    }
}
