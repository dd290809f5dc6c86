package import Basics
package import OnCallModel

extension CycleReport {
    /// What the sampler kept, for programs that compute rates from it.
    package struct Sampling: Hashable, Sendable {
        /// Nil if nothing could be read.
        package var stats: SamplingStats?
        /// How many traces were scored in this scan.
        package var scored = 0
        package var keepScore: Int
        package var uniformPercent: Double
        /// Why data is missing, one sentence each.
        package var gaps: [String] = []

        /// How many traces one trace of the uniform sample represents.
        package var weight: Double? { uniformPercent > 0 ? 100 / uniformPercent : nil }

        package var json: JSONValue {
            [
                "total": JSONValue(stats?.total), "kept": JSONValue(stats?.kept), "dropped": JSONValue(stats?.dropped),
                "reasons": .object((stats?.reasons ?? []).map { JSONValue.Member($0.name, JSONValue($0.count)) }),
                "scored": JSONValue(scored), "keep_score": JSONValue(keepScore),
                "uniform": ["percent": .number(uniformPercent), "weight": JSONValue(weight)],
                "gaps": .array(gaps.map(JSONValue.string)),
            ]
        }
    }
}
