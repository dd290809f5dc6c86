import Basics
import OnCallModel

extension EvidenceGraph {
    /// A finding of the incident: that of the case, or a companion.
    struct Member {
        let id: String
        let label: String
        let sentence: String
        /// Why it belongs to the incident; empty for the one that opened it.
        let why: String
        let onset: Instant
        let lastSeen: Instant
        let keys: CorrelationKeys
        private let commits: Set<String>

        init(_ finding: Finding) {
            id = EvidenceGraph.id(of: finding.fingerprint)
            label = "\(finding.type.rawValue) \(finding.subject)"
            (sentence, why) = (finding.description, "")
            (onset, lastSeen, commits) = (finding.onset, finding.lastSeen, finding.links.commits)
            keys = CorrelationKeys(finding)
        }

        init(_ finding: IncidentFinding) {
            id = EvidenceGraph.id(of: finding.fingerprint)
            label = "\(finding.type.rawValue) \(finding.subject)"
            (sentence, why) = (finding.headline, finding.why)
            (onset, lastSeen, commits) = (finding.firstSeen, finding.lastSeen, finding.links.commits)
            keys = CorrelationKeys(finding)
        }

        func names(release version: String) -> Bool {
            keys.releases.contains { ReleaseFact.version(of: $0) == version }
        }

        func sharedKey(with other: Member) -> String? {
            if let trace = keys.traces.first(where: other.keys.traces.contains) { return "trace \(trace)" }
            if let release = keys.releases.intersection(other.keys.releases).min() { return "release \(release)" }
            if let commit = commits.intersection(other.commits).min() { return "commit \(commit.prefix(7))" }
            return keys.features.first(where: other.keys.features.contains)
        }
    }
}
