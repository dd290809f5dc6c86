package import Basics

extension TraceTree {
    /// US dollars of all its steps.
    package var cost: Double { steps.reduce(0) { $0 + $1.cost } }
    package var errors: Int { steps.count(where: \.isError) }
    package var start: Instant? { steps.first?.start }
    /// Of the latest step that is known to have ended; nil where none is.
    package var end: Instant? { steps.compactMap(\.end).max() }

    /// Of each step, what it and everything below it cost, in US dollars; in the order of the steps.
    ///
    /// Parents lead to no circle and are all there, as the reconstruction leaves them.
    package var sums: [Double] {
        let places = Dictionary(steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let parents = steps.map { $0.parent.flatMap { places[$0] } }
        var children = Array(repeating: 0, count: steps.count)
        for parent in parents { if let parent { children[parent] += 1 } }
        var sums = steps.map(\.cost)
        var leaves = children.indices.filter { children[$0] == 0 }
        while let step = leaves.popLast() {
            guard let parent = parents[step] else { continue }
            sums[parent] += sums[step]
            children[parent] -= 1
            if children[parent] == 0 { leaves.append(parent) }
        }
        return sums
    }
}
