import Basics
package import OnCallModel

/// The events around an incident and the actions taken, ordered by time.
package struct IncidentStory {
    package let entries: [TimelineEntry]

    package init(_ detail: IncidentDetail, _ forensics: IncidentForensics) {
        let around = forensics.graph.nodes.compactMap { node -> TimelineEntry? in
            guard let source = node.kind.source else { return nil }
            let cost = node.cost.map { ", \(Format.dollars($0))" } ?? ""
            return TimelineEntry(
                id: 0, at: node.at, author: source, event: "\(node.kind.rawValue) \(node.label)\(cost)")
        }
        entries = (around + forensics.timeline).sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}

extension CausalGraph.Node.Kind {
    /// The source of the event; nil if the timeline has the event already.
    fileprivate var source: String? {
        switch self {
        case .incident, .finding: nil
        case .commit, .deploy: "github"
        case .release: "releases"
        case .error: "sentry"
        case .trace, .prompt: "langfuse"
        case .message: "slack"
        case .monitor: "datadog"
        case .page: "pagerduty"
        }
    }
}
