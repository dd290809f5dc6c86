package import Basics

/// A digest as text, without any markup: it is written as Markdown and as Slack blocks from the same lines.
package struct DigestDocument: JSONRecord {
    package var title = ""
    /// The figures of the week, one line.
    package var summary = ""
    /// A language model's introduction, checked against the facts; empty without one.
    package var lead = ""
    package var sections: [Section] = []
    /// What could not be read, one sentence each.
    package var gaps: [String] = []
    /// What is not known because it is older than what Sentinel has read, one sentence each.
    package var notes: [String] = []

    package init() {}

    package static let members: [JSONMember<DigestDocument>] = [
        .init("title", \.title, isRequired: true), .init("summary", \.summary), .init("lead", \.lead),
        .init("sections", \.sections),
        .init("gaps", \.gaps), .init("notes", \.notes),
    ]

    package struct Section: JSONRecord {
        package var heading = ""
        package var lines: [String] = []

        package init() {}

        package static let members: [JSONMember<Section>] = [
            .init("heading", \.heading, isRequired: true), .init("lines", \.lines),
        ]
    }
}

/// The stored digest of one week.
package struct DigestRecord: Hashable, Sendable, Identifiable {
    package var id: String { week }
    /// `2026-W48`, as ISO 8601 counts weeks.
    package var week: String
    package var zone: String
    package var from: Instant
    /// The end of the week, or the time it was made of a week that goes on.
    package var until: Instant
    package var madeAt: Instant
    /// The week had ended when it was made.
    package var isFinal: Bool
    package var document: DigestDocument
    package var markdown: String
    /// The figures that it was written from.
    package var facts: JSONValue

    package init(
        week: String, zone: String, from: Instant, until: Instant, madeAt: Instant, isFinal: Bool,
        document: DigestDocument, markdown: String, facts: JSONValue
    ) {
        (self.week, self.zone, self.from, self.until) = (week, zone, from, until)
        (self.madeAt, self.isFinal, self.document) = (madeAt, isFinal, document)
        (self.markdown, self.facts) = (markdown, facts)
    }

    /// As `sentinel digest list` and the API list it.
    package var listed: JSONValue {
        [
            "week": .string(week), "zone": .string(zone), "from": JSONValue(from), "until": JSONValue(until),
            "made_at": JSONValue(madeAt), "final": .bool(isFinal), "summary": .string(document.summary),
            "gaps": .array(document.gaps.map(JSONValue.string)),
            "notes": .array(document.notes.map(JSONValue.string)),
        ]
    }

    package var json: JSONValue {
        .object((listed.members ?? []) + [.init("markdown", .string(markdown)), .init("facts", facts)])
    }
}
