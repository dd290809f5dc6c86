package import Basics
package import OnCallModel

extension CycleReport {
    /// What the sampler kept, for whoever reads rates out of it.
    package struct Sampling: Hashable, Sendable {
        /// Nil where nothing could be read.
        package var stats: SamplingStats?
        /// How many traces were scored in this cycle.
        package var scored = 0
        package var keepScore: Int
        package var uniformPercent: Double
        /// Why it saw less than everything, a sentence each.
        package var gaps: [String] = []

        package init(keepScore: Int, uniformPercent: Double) {
            self.keepScore = keepScore
            self.uniformPercent = uniformPercent
        }

        /// A trace of the uniform draw stands for this many traces.
        package var weight: Double? { uniformPercent > 0 ? 100 / uniformPercent : nil }

        package var json: JSONValue {
            .fields([
                "total": stats.map { JSONValue($0.total) } ?? .null,
                "kept": stats.map { JSONValue($0.kept) } ?? .null,
                "dropped": stats.map { JSONValue($0.dropped) } ?? .null,
                "reasons": .object(
                    (stats?.reasons ?? []).map { JSONValue.Member($0.name, JSONValue($0.count)) }),
                "scored": JSONValue(scored),
                "keep_score": JSONValue(keepScore),
                "uniform": .fields(["percent": .number(uniformPercent), "weight": JSONValue(weight)]),
                "gaps": .array(gaps.map(JSONValue.string)),
            ])
        }
    }
}
