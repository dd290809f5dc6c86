import Basics

/// A person under all names that they act by. Two approvals must be of two people.
package struct Person: SettingRow {
    package var name = ""
    package var slack = ""
    package var unix = ""
    package var github = ""
    package var approves = true

    package init() {}

    package static let columns: [SettingColumn<Person>] = [
        .init("name", .text(80), "The name in messages and in the audit log.", \.name, isRequired: true),
        .init("slack", .text(40), "The person's Slack member id, such as U01ABC.", \.slack),
        .init(
            "unix", .text(80), "The Unix user, as alice or alice@host, for the console and the command line.", \.unix),
        .init("github", .text(80), "The GitHub login.", \.github),
        .init("approves", .toggle, "Whether the person may approve and reject requests; default true.", \.approves),
    ]

    package static func problem(in people: [Person]) -> String? {
        for (label, names) in [
            ("name", people.map(\.name)), ("slack", people.map(\.slack)), ("unix", people.map(\.unix)),
            ("github", people.map(\.github)),
        ] {
            let known = Dictionary(grouping: names.filter { !$0.isEmpty }) { $0 }
            if let twice = known.first(where: { $0.value.count > 1 }) {
                return "Two people have the \(label) \"\(twice.key)\"."
            }
        }
        return people.first { $0.name.isEmpty }.map { _ in "A person has an empty name." }
    }
}

/// Who made a decision, as stored: `alice@host (console)`, `U01ABC (slack)`, `alice@host (api)`.
package struct Author: Hashable, Sendable {
    /// `alice@host`, `U01ABC`.
    package let name: String
    /// `console`, `slack`; empty where it is not known.
    package let channel: String

    package init(_ text: String) {
        name = String(text.prefix { $0 != " " })
        channel = String(text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" })
    }

    package var isFromSlack: Bool { channel == "slack" }
    /// The Unix user without the host.
    package var user: String { String(name.prefix { $0 != "@" }) }
}

extension [Person] {
    /// The person with this Slack id or Unix user.
    package func person(of author: Author) -> Person? {
        first {
            author.isFromSlack
                ? !$0.slack.isEmpty && $0.slack == author.name
                : !$0.unix.isEmpty && ($0.unix == author.name || $0.unix == author.user)
        }
    }
}
