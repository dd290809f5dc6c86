package import Basics

/// A notice that did not reach people.
package struct UndeliveredNotice: Hashable, Sendable {
    package var provider: Action.Provider
    package var incident: Int64
    /// As a sentence, with what to do.
    package var reason: String
    package var since: Instant
    /// Nil if a person must check whether it arrived.
    package var nextTryAt: Instant?

    package init?(_ act: ActRecord) {
        guard let provider = act.action.kind.provider, let incident = act.incident else { return nil }
        (self.provider, self.incident) = (provider, incident)
        (reason, since, nextTryAt) = (act.detail, act.createdAt, act.nextTryAt)
    }
}

extension [UndeliveredNotice] {
    /// One sentence for each provider and reason, for where the state of the provider is shown.
    package var sentences: [(provider: Action.Provider, text: String)] {
        Action.Provider.allCases.flatMap { provider in
            let own = filter { $0.provider == provider }
            return Set(own.map(\.reason)).sorted().map { reason in
                let incidents = Set(own.filter { $0.reason == reason }.map(\.incident)).sorted().map { "#\($0)" }
                let more = incidents.count > 8 ? " and \(incidents.count - 8) more" : ""
                let which = incidents.prefix(8).joined(separator: ", ") + more
                return (provider, "No notice of incident \(which) could be delivered. \(reason)")
            }
        }
    }

    /// The states of the sources, with that of a provider whose notices are not delivered.
    package func shown(in sources: [SourceHealth]) -> [SourceHealth] {
        guard !isEmpty else { return sources }
        var sources = sources
        for (provider, texts) in Dictionary(grouping: sentences, by: \.provider) {
            let message = texts.map(\.text).joined(separator: " ")
            sources.show(message, of: provider.rawValue)
        }
        return sources.sorted { $0.name < $1.name }
    }
}
