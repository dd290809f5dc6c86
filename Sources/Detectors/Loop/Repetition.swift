import Basics

/// How a trace repeats itself: what makes a long run a loop.
struct Repetition: Hashable {
    /// Steps repeat without a new result.
    var isStuck = false
    /// The step repeated most, and how often.
    var step = ""
    var times = 0
    /// The steps that repeat about as often as that one, in alphabetical order: runs that loop alike have the same.
    var loopedSteps: [String] = []
    /// The evidence as phrases: "retry-search with the same arguments ×14".
    var reasons: [String] = []
    /// Only the names of the steps are known, so whether they repeat is unknown.
    var isBlind = false
    private let isSlow: Bool

    static let minTimes = 3
    /// The latest steps decide; a call that is repeated now and then among others is not a loop.
    private static let recent = 30
    private static let minShare = 0.2
    private static let maxPeriod = 4

    /// Polling is the normal work of a slow trace: it is a loop only if its results are known and none is new in the second
    /// half of its steps.
    init(of steps: [LoopStep], isSlow: Bool = false) {
        self.isSlow = isSlow
        // A span around a tool of the same name is not a second call.
        let byKind = Dictionary(grouping: steps.indices) { steps[$0].kind }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        guard let leader = byKind.first else { return }
        (step, times) = (leader.key.name, leader.value.count)
        guard times >= Self.minTimes else { return }
        let often = byKind.filter { $0.value.count >= Self.minTimes && $0.value.count * 2 >= times }
        loopedSteps = Set(often.map { NamePattern.of($0.key.name) }).sorted()
        for (kind, indices) in byKind where indices.count >= Self.minTimes {
            examine(steps, at: indices, kind)
        }
        if isStuck { addTandem(of: steps) }
        if !isStuck, !isSlow { judgeWithoutBodies(indices: leader.value, of: steps) }
    }

    /// The steps of one kind, by position, oldest first.
    private mutating func examine(_ steps: [LoopStep], at positions: [Int], _ kind: LoopStep.Kind) {
        let name = kind.name
        let all = zip(positions, Call.calls(of: positions.map { steps[$0] }))
        let known = all.filter { $1.arguments != nil }.map { (position: $0, call: $1) }
        guard known.count >= Self.minTimes else { return }
        let groups = Dictionary(grouping: known, by: { $0.call.arguments ?? StepText("") })
        if let same = groups.values.max(by: { $0.count < $1.count }), same.count >= Self.minTimes,
            Self.isFrequent(same.map(\.position), among: steps.count), hasNoNewResult(same.map(\.call), kind)
        {
            note("\(name) with the same arguments \(Format.times(same.count))", name: name, times: same.count)
            return
        }
        let calls = known.map(\.call)
        if !isSlow, Self.isWork(calls, kind) { noteNearRepeats(calls, named: name) }
    }

    private static func isFrequent(_ positions: [Int], among count: Int) -> Bool {
        let window = min(count, recent)
        return Double(positions.count { $0 >= count - window }) >= max(Double(minTimes), minShare * Double(window))
    }

    private mutating func noteNearRepeats(_ known: [Call], named name: String) {
        let tail = Array(known.suffix(6))
        if tail.count >= 4, tail.allSatisfy(\.isFruitless),
            zip(tail, tail.dropFirst()).allSatisfy({ $0.likeness(to: $1) >= 0.5 })
        {
            note(
                "\(name) with nearly the same arguments and no result in the last \(tail.count) calls", name: name,
                times: tail.count)
        }
    }

    private mutating func note(_ reason: String, name: String, times: Int) {
        if !isStuck || times > self.times { (step, self.times) = (name, times) }
        isStuck = true
        reasons.append(reason)
    }

    /// A repeated call is stuck if its results repeat too. Results that differ each time are progress: the next page of a
    /// cursor, a job that moves on. If the results are unknown, the arguments decide, if there are any.
    private func hasNoNewResult(_ calls: [Call], _ kind: LoopStep.Kind) -> Bool {
        let results = calls.compactMap(\.result)
        let hasArguments = calls.contains { $0.arguments?.words.isEmpty == false }
        guard results.count >= Self.minTimes else { return hasArguments && !isSlow }
        guard Self.isWork(calls, kind), !Self.advances(calls) else { return false }
        var kinds: [(text: StepText, count: Int, first: Int)] = []
        for (place, result) in results.enumerated() {
            if let index = kinds.firstIndex(where: { $0.text == result || isAlike($0.text, result) }) {
                kinds[index].count += 1
            } else {
                kinds.append((result, 1, place))
            }
        }
        if isSlow, kinds.contains(where: { $0.first * 2 >= results.count }) { return false }
        return (kinds.map(\.count).max() ?? 0) >= Self.minTimes && kinds.count * 2 <= results.count
    }

    /// An empty chain without a result is how frameworks record their own steps; an empty call of a tool is a call.
    private static func isWork(_ calls: [Call], _ kind: LoopStep.Kind) -> Bool {
        !["CHAIN", "SPAN"].contains(kind.type) || calls.contains { $0.arguments?.words.isEmpty == false }
            || !calls.allSatisfy(\.isFruitless)
    }

    /// A long report of a slow job that moves on may differ in one word.
    private func isAlike(_ text: StepText, _ other: StepText) -> Bool {
        !isSlow && text.likeness(to: other) >= 0.8
    }

    /// A number in the results only grows, or only falls: rows done, rows left. The waiting time in errors does so too, and
    /// a number that changes by one counts the calls.
    private static func advances(_ calls: [Call]) -> Bool {
        let known = calls.filter { $0.result != nil }
        guard !known.contains(where: \.isFruitless) else { return false }
        let numbers = known.compactMap { $0.result?.numbers }
        guard let count = numbers.first?.count, numbers.allSatisfy({ $0.count == count }) else { return false }
        return (0..<count).contains { place in
            let series = numbers.map { $0[place] }
            let pairs = zip(series, series.dropFirst())
            guard !pairs.allSatisfy({ abs($0 - $1) == 1 }) else { return false }
            return pairs.allSatisfy { $0 < $1 } || pairs.allSatisfy { $0 > $1 }
        }
    }

    /// A cycle of two to four steps that the trace ends with, at least three times.
    private mutating func addTandem(of steps: [LoopStep]) {
        let names = steps.filter { !$0.isRoot || $0.type == "GENERATION" }.map(\.name)
        for period in 2...Self.maxPeriod where names.count >= period * Self.minTimes {
            let cycle = Array(names.suffix(period))
            guard Set(cycle).count > 1 else { continue }
            var rounds = 1
            while names.count >= (rounds + 1) * period,
                Array(names.dropLast(rounds * period).suffix(period)) == cycle
            {
                rounds += 1
            }
            guard rounds >= Self.minTimes else { continue }
            reasons.append("\(cycle.joined(separator: " → ")) \(Format.times(rounds)) in a row")
            return
        }
    }

    /// Without arguments, only the same name, model and exact token counts show a loop: language models do not return the
    /// same number of tokens by chance. A trace of several names is not judged.
    private mutating func judgeWithoutBodies(indices: [Int], of steps: [LoopStep]) {
        let named = indices.map { steps[$0] }
        let share = Double(named.count) / Double(steps.count)
        guard share >= 0.8, named.allSatisfy({ $0.input == nil }), Self.outputsRepeat(named) else { return }
        let errors = Dictionary(
            grouping: named.filter { $0.isError && !$0.message.isEmpty }, by: { StepText($0.message) })
        if let failing = errors.values.map(\.count).max(), failing >= 5, failing * 2 >= named.count {
            note("\(step) with the same error \(Format.times(failing)), arguments unknown", name: step, times: failing)
            return
        }
        let signatures = named.filter { ($0.outputTokens ?? 0) > 0 }
            .map { "\($0.model) \($0.inputTokens ?? 0) \($0.outputTokens ?? 0)" }.counts
        guard let most = signatures.values.max() else {
            isBlind = named.allSatisfy { $0.output == nil }
            return
        }
        guard most >= 5, Double(most) >= 0.6 * Double(named.count) else { return }
        note("\(step) with the same token counts \(Format.times(most)), arguments unknown", name: step, times: most)
    }

    private static func outputsRepeat(_ steps: [LoopStep]) -> Bool {
        let outputs = steps.compactMap(\.output).map { StepText($0) }
        return outputs.count < minTimes || Set(outputs).count * 2 <= outputs.count
    }
}

/// A step with its arguments and its result in comparable form.
private struct Call {
    var arguments: StepText?
    var result: StepText?
    /// It failed or returned no result.
    var isFruitless: Bool

    static func calls(of steps: [LoopStep]) -> [Call] {
        var earlier: String?
        return steps.map { step in
            let arguments = step.input.map { StepText($0, after: earlier) }
            earlier = step.input ?? earlier
            let result = step.isError && !step.message.isEmpty ? step.message : step.output
            return Call(
                arguments: arguments, result: result.map { StepText($0) },
                isFruitless: step.isError || step.output.map(EmptyResult.isEmpty) ?? false)
        }
    }

    func likeness(to other: Call) -> Double {
        guard let arguments, let others = other.arguments else { return 0 }
        return arguments.likeness(to: others)
    }
}

extension Format {
    fileprivate static func times(_ count: Int) -> String { "×\(count)" }
}
