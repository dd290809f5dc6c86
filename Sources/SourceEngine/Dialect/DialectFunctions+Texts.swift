import Basics
import SQLiteKit
import SourceFetch

extension DialectFunctions {
    static func registerTexts(on connection: Connection) throws {
        try connection.register("to_boolean", arity: 1) { values in
            switch values[0] {
            case .integer(let number): return Value(number != 0)
            case .real(let number): return Value(number != 0)
            case .text(let text):
                if let truth = Bool(word: text) { return Value(truth) }
                throw Failure(description: "not a boolean: \"\(text.prefix(40))\".")
            case .null, .blob: return .null
            }
        }
        try connection.register("concat", arity: -1) { values in
            .text(values.map(plainText).joined())
        }
        try connection.register("starts_with", arity: 2) { values in
            guard let text = values[0].text, let prefix = values[1].text else { return .null }
            return Value(text.hasPrefix(prefix))
        }
        try connection.register("split_part", arity: 3) { values in
            guard let text = values[0].text, let separator = values[1].text, let place = values[2].integer,
                !separator.isEmpty, place > 0
            else { return .null }
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            return .text(place <= parts.count ? String(parts[place - 1]) : "")
        }
        try connection.register("json_path", arity: -1) { values in
            .text(
                values.reduce("$") { path, step in
                    switch step {
                    case .integer(let index): "\(path)[\(index)]"
                    default: "\(path).\"\(plainText(step))\""
                    }
                })
        }
    }

    private static func plainText(_ value: Value) -> String {
        if case .blob(let bytes) = value { String(decoding: bytes, as: UTF8.self) } else { value.spelling }
    }
}

/// The value below which a fraction of the group lies, interpolated linearly between two neighbours.
final class Percentile: AggregateState {
    private var fraction: Double?
    private var numbers: [Double] = []

    init(fraction: Double?) {
        self.fraction = fraction
    }

    func add(_ arguments: [Value]) throws {
        if arguments.count > 1 {
            guard let wanted = arguments[1].real, (0...1).contains(wanted) else {
                throw DialectFunctions.Failure(description: "percentile requires a fraction between 0 and 1.")
            }
            fraction = wanted
        }
        if let number = arguments[0].real, number.isFinite { numbers.append(number) }
    }

    func result() -> Value {
        guard let fraction, !numbers.isEmpty else { return .null }
        numbers.sort()
        let place = fraction * Double(numbers.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, numbers.count - 1)
        return .real(numbers[lower] + (numbers[upper] - numbers[lower]) * (place - Double(lower)))
    }
}

/// The standard deviation of a sample, by Welford's method.
final class Deviation: AggregateState {
    private var count = 0.0
    private var mean = 0.0
    private var squares = 0.0

    func add(_ arguments: [Value]) {
        guard let number = arguments[0].real, number.isFinite else { return }
        count += 1
        let delta = number - mean
        mean += delta / count
        squares += delta * (number - mean)
    }

    func result() -> Value { count > 1 ? .real((squares / (count - 1)).squareRoot()) : .null }
}
