/// The lines between two layers: every source has one bus, a line along the layers from which it goes down to each of
/// its targets. Buses that do not meet share a track.
struct ChannelTracks {
    /// From above in one column, along a track, and down in others.
    struct Bus {
        let source: Int
        let entry: Int
        /// Columns, and the edges that go down there.
        let exits: [(column: Int, edges: [Int])]
        /// Whether it is the first part of a bus that goes round, and the second takes it on.
        var isDetour = false
        var track = 0

        var low: Int { exits.reduce(entry) { min($0, $1.column) } }
        var high: Int { exits.reduce(entry) { max($0, $1.column) } }
        var isStraight: Bool { low == high }

        /// Whether this one must lie above: else it would come down through the other's column on the way to its track.
        func isAbove(_ other: Bus) -> Bool {
            if source == other.source { return isDetour }
            return other.exits.contains { $0.column == entry }
        }
    }

    private(set) var buses: [Bus] = []
    private(set) var count = 0

    init(_ segments: [LayerGraph.Segment], _ middles: [Int]) {
        var bySource: [Int: [LayerGraph.Segment]] = [:]
        for segment in segments { bySource[segment.from, default: []].append(segment) }
        let all = bySource.keys.sorted { (middles[$0], $0) < (middles[$1], $1) }.map { source in
            Bus(
                source: source, entry: middles[source],
                exits: (bySource[source] ?? []).map { (middles[$0.to], [$0.edge]) })
        }
        buses = all.filter(\.isStraight)
        pack(all.filter { !$0.isStraight }, ports: Set(segments.flatMap { [middles[$0.from], middles[$0.to]] }))
    }

    /// The topmost first. Where each waits for another, one goes round: along a track of its own to a free column.
    private mutating func pack(_ bent: [Bus], ports: Set<Int>) {
        var waiting = bent.sorted { ($0.low, $0.high, $0.source) < ($1.low, $1.high, $1.source) }
        var ports = ports
        var tracks: [[Bus]] = []
        while !waiting.isEmpty {
            guard
                let index = waiting.indices.first(where: { index in
                    waiting.indices.allSatisfy { $0 == index || !waiting[$0].isAbove(waiting[index]) }
                })
            else {
                detour(&waiting, &ports)
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

    private func detour(_ waiting: inout [Bus], _ ports: inout Set<Int>) {
        let bus = waiting.removeFirst()
        var column = bus.entry
        var distance = 0
        while ports.contains(column) || column < 0 {
            // Right, left, right: the nearest free one.
            distance += 1
            column = bus.entry + (distance.isMultiple(of: 2) ? -distance / 2 : (distance + 1) / 2)
        }
        ports.insert(column)
        let edges = bus.exits.flatMap(\.edges)
        waiting.append(Bus(source: bus.source, entry: bus.entry, exits: [(column, edges)], isDetour: true))
        waiting.append(Bus(source: bus.source, entry: column, exits: bus.exits))
    }
}
