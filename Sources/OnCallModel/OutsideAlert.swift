package import Basics

/// An alert that another system raised, as its webhook reported it. All of its texts are foreign, and bounded.
package struct OutsideAlert: Hashable, Sendable {
    package enum Source: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case alertmanager, pagerduty

        package var title: String {
            switch self {
            case .alertmanager: "Alertmanager"
            case .pagerduty: "PagerDuty"
            }
        }
    }

    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    /// An alert that began so long before an incident still counts as around it.
    package static let lead = Span.hours(1)
    package static let maxKey = 100
    package static let maxTitle = 200
    package static let maxLabels = 16
    package static let maxLabel = 100

    package var source: Source
    /// What the source calls the same alert by: Alertmanager's fingerprint, PagerDuty's incident id.
    package var key: String
    package var title: String
    package var severity: Severity
    package var labels: [Label]
    package var startsAt: Instant
    /// Nil while it fires.
    package var endsAt: Instant?
    /// When the source knew this. An older report of the same alert changes nothing.
    package var reportedAt: Instant

    /// Texts are put on one line without invisible characters, and cut at their limits.
    package init(
        source: Source, key: String, title: String, severity: Severity, labels: [Label], startsAt: Instant,
        endsAt: Instant?, reportedAt: Instant
    ) {
        self.source = source
        self.key = Self.clean(key, Self.maxKey)
        self.title = Self.clean(title, Self.maxTitle)
        self.severity = severity
        self.labels = labels.prefix(Self.maxLabels).map {
            Label(Self.clean($0.name, Self.maxLabel), Self.clean($0.value, Self.maxLabel))
        }
        (self.startsAt, self.endsAt, self.reportedAt) = (startsAt, endsAt, reportedAt)
    }

    private static func clean(_ text: String, _ limit: Int) -> String {
        // A cut before the cleaning bounds its work; marks and blanks that it removes are at most so many.
        UntrustedText.bounded(
            UntrustedText.line(UntrustedText.visible(UntrustedText.bounded(text, limit: limit * 4))), limit: limit)
    }

    /// "Alertmanager: HighLatency firing since 03:05Z".
    package var sentence: String {
        func clock(_ instant: Instant) -> String { String(instant.iso8601.dropFirst(11).prefix(5)) + "Z" }
        let time = endsAt.map { "fired from \(clock(startsAt)) to \(clock($0))" } ?? "firing since \(clock(startsAt))"
        return "\(source.title): \(title) \(time)"
    }

    /// It fired at some moment between the two.
    package func overlaps(_ from: Instant, _ to: Instant) -> Bool { startsAt <= to && (endsAt ?? to) >= from }
}

extension OutsideAlert: JSONConvertible {
    package var json: JSONValue {
        [
            "source": source.json, "key": .string(key), "title": .string(title), "severity": severity.json,
            "labels": .object(labels.map { JSONValue.Member($0.name, .string($0.value)) }),
            "starts_at": JSONValue(startsAt), "ends_at": JSONValue(endsAt), "reported_at": JSONValue(reportedAt),
        ]
    }

    /// Nil if a member is missing or has another type.
    package init?(json: JSONValue) {
        guard let source = json["source"]?.string.flatMap(Source.init), let key = json["key"]?.string,
            let title = json["title"]?.string, let severity = json["severity"]?.string.flatMap(Severity.init),
            let startsAt = json["starts_at"].flatMap(Instant.init(json:)),
            let reportedAt = json["reported_at"].flatMap(Instant.init(json:))
        else { return nil }
        let labels = (json["labels"]?.members ?? []).compactMap { member in
            member.value.string.map { Label(member.name, $0) }
        }
        self.init(
            source: source, key: key, title: title, severity: severity, labels: labels, startsAt: startsAt,
            endsAt: json["ends_at"].flatMap(Instant.init(json:)), reportedAt: reportedAt)
    }
}
