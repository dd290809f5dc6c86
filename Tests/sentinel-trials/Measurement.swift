/// A row of the table: what many runs came to, and the limit that decides.
struct Measurement {
    enum Limit {
        case atMost(Double)
        case atLeast(Double)
        case above(Double)
    }

    var trial: String
    var runs: Int
    var value: Double
    var limit: Limit

    init(_ trial: String, runs: Int, _ value: Double, _ limit: Limit) {
        (self.trial, self.runs, self.value, self.limit) = (trial, runs, value, limit)
    }

    var isMet: Bool {
        switch limit {
        case .atMost(let bound): value <= bound
        case .atLeast(let bound): value >= bound
        case .above(let bound): value > bound
        }
    }

    private var sign: String {
        switch limit {
        case .atMost(let bound): "<= \(Self.text(bound))"
        case .atLeast(let bound): ">= \(Self.text(bound))"
        case .above(let bound): " > \(Self.text(bound))"
        }
    }

    static let header = columns("trial", "runs", "measured", "limit", "")
    var line: String { Self.columns(trial, "\(runs)", Self.text(value), sign, isMet ? "ok" : "FAIL") }

    private static func columns(_ trial: String, _ runs: String, _ value: String, _ limit: String, _ state: String)
        -> String
    {
        let left = trial + String(repeating: " ", count: max(1, 62 - trial.count))
        let right = [(runs, 5), (value, 10), (limit, 12)].map { text, width in
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        return left + right.joined() + "  " + state
    }

    /// Four decimals, without trailing zeros.
    private static func text(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
