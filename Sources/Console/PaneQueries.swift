import Basics
import IncidentStore
import OnCallModel
import ViewState

/// A query that a pane observes, and where in the console's state its answer goes.
struct PaneQuery: Sendable {
    /// An observation that runs until it is canceled.
    struct Target: Sendable {
        /// Another subject is another observation.
        let subject: String
        let observe: @Sendable (StoreReader, EventInbox) async throws -> Void
    }

    /// What to observe in a state; nil is nothing.
    let target: @Sendable (ConsoleState) -> Target?

    /// The queries of all panes: first what is on the first screen, then in the order of the tabs. The store answers one after
    /// the other.
    static func all(_ clock: WallClock) -> [PaneQuery] {
        [
            always(\.dashboard.board, .dashboard(at: clock)),
            always(\.dashboard.agent, .agentStatus),
            always(\.loops.items, .loops(limit: 500)),
            always(\.approvals.items, .approvals(limit: 500)),
            always(\.incidents.items, .incidents(limit: 1000)),
            always(\.incidents.silences, .silences(limit: 200)),
            about(\.openIncident, \.incidents.detail) { .incident($0) },
            about(\.forensics.incident, \.forensics.answer) { .forensics(ofIncident: $0) },
            about(\.forensics.unreadTrace, \.forensics.requested) { .trace($0) },
            always(\.risk.pulls, .pullRisks(limit: 200)),
            always(\.risk.files, .riskFiles(limit: 50)),
            always(\.quality.features, .features),
            always(\.quality.drifts, .driftEvents(limit: 200)),
            always(\.digest.digests, .digests(limit: 20)),
            always(\.settings.items, .settings),
        ]
    }

    /// Observed as long as the console runs.
    private static func always<Value: Hashable & Sendable>(
        _ place: any WritableKeyPath<ConsoleState, Value?> & Sendable, _ query: StoreQuery<Value>
    ) -> PaneQuery {
        let target = Target(subject: "") { reader, events in
            for try await value in reader.observe(query) { events.post(.loaded(place, value)) }
        }
        return PaneQuery { _ in target }
    }

    /// Observed about one thing at a time.
    private static func about<ID, Value>(
        _ wanted: any KeyPath<ConsoleState, ID?> & Sendable,
        _ place: any WritableKeyPath<ConsoleState, Answer<ID, Value>?> & Sendable,
        _ query: @escaping @Sendable (ID) -> StoreQuery<Value>
    ) -> PaneQuery {
        PaneQuery { console in
            console[keyPath: wanted].map { id in
                Target(subject: "\(id)") { reader, events in
                    for try await value in reader.observe(query(id)) {
                        events.post(.loaded(place, Answer(id: id, value: value), if: wanted))
                    }
                }
            }
        }
    }
}
