import OnCallModel

extension ConsoleState {
    /// Why an empty list of what these classes find does not mean that there is nothing; nil if it does, or if the store has
    /// not answered yet.
    func unknown(_ types: [DetectionType] = DetectionType.detected) -> String? {
        dashboard.board?.detectors.unknown(of: types, dashboard.agent, at: now)
    }
}
