import Basics
import OnCallModel

extension EvidenceGraph {
    /// A finding of the incident, with the names that it contains.
    struct Member {
        let finding: IncidentFinding
        let keys: CorrelationKeys

        var id: String { EvidenceGraph.id(of: finding.fingerprint) }

        init(_ finding: IncidentFinding) {
            self.finding = finding
            keys = CorrelationKeys(finding)
        }

        func names(release version: String) -> Bool {
            keys.releases.contains { ReleaseFact.version(of: $0) == version }
        }

        func sharedKey(with other: Member) -> String? {
            if let trace = keys.traces.first(where: other.keys.traces.contains) { return "trace \(trace)" }
            if let release = keys.releases.intersection(other.keys.releases).min() { return "release \(release)" }
            if let commit = finding.links.commits.intersection(other.finding.links.commits).min() {
                return "commit \(commit.prefix(7))"
            }
            return keys.features.first(where: other.keys.features.contains)
        }
    }
}
