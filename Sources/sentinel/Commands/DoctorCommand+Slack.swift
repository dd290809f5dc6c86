import Actions
import AgentCore
import Configuration
import IncidentStore
import OnCallModel

extension DoctorReport {
    /// The parts of Slack, each with one call or two.
    mutating func checkSlack() async {
        let settings = checkSettings()
        guard let composition = try? Composition(arguments) else { return reportUnreadableSources() }
        for finding in await composition.slackSetup().check() {
            let isOptional = finding.part == "socket" || finding.part == "signature"
            if finding.state != .ok, !(isOptional && finding.state == .missing) { isFit = false }
            add("slack \(finding.part)", State(finding.state), finding.note)
        }
        if let status = try? await StoreReader(paths.database).read(.agentStatus), let sentence = status.slackSocket {
            if !status.isSlackSocketOpen { isFit = false }
            add("slack clicks", status.isSlackSocketOpen ? .ok : .failed, sentence)
        }
        checkApprovers(settings)
    }

    mutating func checkApprovers(_ settings: Settings) {
        for line in ApproverAdvice(settings, approvers: Composition.approvers(environment)).lines {
            add("approvers", line.isOK ? .ok : .warn, line.text)
        }
    }
}

extension DoctorReport.State {
    fileprivate init(_ state: SlackSetup.Finding.State) {
        self =
            switch state {
            case .ok: .ok
            case .missing: .missing
            case .warn: .warn
            case .refused: .refused
            }
    }
}
