package import Basics

/// An alert that another system raised.
package struct AlertFacts: ClassFacts, JSONRecord {
    package static let type = DetectionType.outsideAlert

    /// `Alertmanager: HighLatency firing since 03:05Z`, and the system and key that name it.
    package var sentence = ""
    package var source = ""
    package var key = ""
    /// `service=assistant`.
    package var labels: [String] = []

    package init() {}

    package var quotes: [String] { sentence.isEmpty ? [] : [sentence] }

    package static let members: [JSONMember<AlertFacts>] = [
        .init("sentence", \.sentence), .init("source", \.source), .init("key", \.key),
        .init("labels", \.labels, omitsEmpty: true),
    ]
}

extension OutsideAlert {
    /// The alert as a finding, for an incident of its own.
    package var finding: Finding {
        let facts = AlertFacts.with {
            ($0.sentence, $0.source, $0.key) = (sentence, source.rawValue, key)
            $0.labels = labels.map { "\($0.name)=\($0.value)" }
        }
        return Finding(
            facts: .alert(facts), severity: severity, fingerprint: fingerprint, subject: title,
            description: "\(sentence).", sql: "", onset: startsAt, lastSeen: reportedAt, costPerHour: 0,
            links: FindingLinks())
    }

    package var fingerprint: Fingerprint { Fingerprint(AlertFacts.type.rawValue, source.rawValue, key) }
}
