import Testing

@Suite("Classes of failure")
struct TraitTests {
    /// Where the code of one class is, and the rules that a backtest compares.
    private static let own = [
        "Sources/Detectors/", "Sources/Sandbox/", "Sources/OnCallModel/DetectionType.swift",
        "Sources/Backtest/Rules.swift",
    ]

    @Test("what is specific to a class is a trait or a member of its facts: no code compares a class by its name")
    func comparisons() throws {
        let compared = /[!=]= *\[?(?:DetectionType)?\.(?:costSpike|errorCascade|promptDrift|agentLoop|toolFailure)\b/
        let listed = /\[\.(?:costSpike|errorCascade|promptDrift|agentLoop|toolFailure)\b[^\]]*\]\.contains/
        for file in try Repository.swiftFiles(under: "Sources") where !Self.own.contains(where: file.path.hasPrefix) {
            for (number, line) in file.lines.enumerated()
            where line.contains(compared) || line.contains(listed) {
                Issue.record("\(file.path):\(number + 1) compares a class by its name: \(line)")
            }
        }
    }
}
