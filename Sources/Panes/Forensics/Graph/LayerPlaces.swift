/// The positions of the vertices of a layered graph along their layers, in cells.
///
/// Each layer in turn moves towards the medians of its neighbours, as near as the order and the gaps allow: a monotonic least
/// squares fit by pooling adjacent violators (R. Barlow et al., 1972). A bend has four times the weight of a node, so
/// that long edges run straight.
struct LayerPlaces {
    /// By vertex, the cell of its middle.
    let middles: [Int]
    /// The cells that the longest layer needs.
    let extent: Int

    private static let sweeps = 10
    private static let bendWeight = 4.0

    /// - Parameters:
    ///   - sizes: by vertex, in cells along the layer.
    ///   - gap: the minimum distance of two neighbours while they are moved.
    ///   - minGap: the minimum distance when they are rounded to whole cells.
    init(_ graph: LayerGraph, sizes: [Int], gap: Int, minGap: Int) {
        var middle = Array(repeating: 0.0, count: sizes.count)
        for layer in graph.layers {
            var edge = 0.0
            for vertex in layer {
                middle[vertex] = edge + Double(sizes[vertex]) / 2
                edge += Double(sizes[vertex] + gap)
            }
        }
        for sweep in 0..<Self.sweeps {
            let neighbours = sweep.isMultiple(of: 2) ? graph.ups : graph.downs
            for layer in graph.order(ofSweep: sweep) {
                Self.move(graph.layers[layer], towards: neighbours, graph, sizes, gap, &middle)
            }
        }
        (middles, extent) = Self.cells(graph, sizes, minGap, middle)
    }

    private static func move(
        _ layer: [Int], towards neighbours: [[Int]], _ graph: LayerGraph, _ sizes: [Int], _ gap: Int,
        _ middle: inout [Double]
    ) {
        var offsets: [Double] = []
        for (index, vertex) in layer.enumerated() {
            guard index > 0 else { offsets.append(0); continue }
            offsets.append(offsets[index - 1] + Double(sizes[layer[index - 1]] + sizes[vertex]) / 2 + Double(gap))
        }
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        for (index, vertex) in layer.enumerated() {
            let wanted = LayerGraph.median(neighbours[vertex].map { middle[$0] }) ?? middle[vertex]
            let weight = graph.isBend(vertex) ? bendWeight : 1
            var pool = (sum: (wanted - offsets[index]) * weight, weight: weight, count: 1)
            while let last = pools.last, last.sum / last.weight > pool.sum / pool.weight {
                pool = (last.sum + pool.sum, last.weight + pool.weight, last.count + pool.count)
                pools.removeLast()
            }
            pools.append(pool)
        }
        var index = 0
        for pool in pools {
            for _ in 0..<pool.count {
                middle[layer[index]] = pool.sum / pool.weight + offsets[index]
                index += 1
            }
        }
    }

    /// Whole cells from 0 on, in the same order.
    private static func cells(
        _ graph: LayerGraph, _ sizes: [Int], _ gap: Int, _ middle: [Double]
    ) -> (middles: [Int], extent: Int) {
        let vertices = graph.layers.joined()
        let low = vertices.map { middle[$0] - Double(sizes[$0]) / 2 }.min() ?? 0
        var (cells, extent) = (Array(repeating: 0, count: sizes.count), 0)
        for layer in graph.layers {
            var next = 0
            for vertex in layer {
                let half = (sizes[vertex] - 1) / 2
                let start = max(Int((middle[vertex] - low).rounded(.toNearestOrEven)) - half, next)
                cells[vertex] = start + half
                extent = max(extent, start + sizes[vertex])
                next = start + sizes[vertex] + gap
            }
        }
        return (cells, extent)
    }
}
