package import Basics
package import OnCallModel

package struct DigestState: Hashable, Sendable {
    /// The latest week first. Nil until the store has answered.
    package var digests: [DigestRecord]?
}

package enum DigestSpec: PaneSpec {
    package static let title = "Digest"
    package static let shortTitle = "Dig"
    package static let keys: [Key] = [.character("7")]
    package static let tooltip = "Show the weekly digests"
    package static let actions: [ConsoleAction] =
        [
            .open { $0.open(row: DigestView($0).list.detail?.week) },
            ConsoleAction(
                [.character("m")], "make now", "Make the digest of the week so far; it is not posted",
                isProminent: true, perform: { $0.append(.makeDigest(week: nil)) }),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { DigestView(console).list.ids }
}

/// The digests, the latest week first.
package struct DigestView: Hashable, Sendable {
    package let now: Instant
    package let list: ListView<DigestRecord>

    package init(_ console: ConsoleState) {
        now = console.now
        list = ListView(console.digest.digests, console.lists[.digest], id: \.week) {
            [$0.week, $0.document.summary].match($1)
        }
    }
}
