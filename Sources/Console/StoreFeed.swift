package import Basics
import IncidentStore
import OnCallModel
import ViewState

/// Connects the console with the store: changes become events, requests become intents.
package actor StoreFeed {
    private let reader: StoreReader
    private let inbox: IntentInbox
    private let events: EventInbox
    private let clock: WallClock
    private let author: String
    private var observations: [Task<Void, Never>] = []
    private var incident: Task<Void, Never>?
    private var forensics: Task<Void, Never>?
    private var trace: Task<Void, Never>?

    package init(path: String, events: EventInbox, clock: WallClock, author: String) {
        reader = StoreReader(path)
        inbox = IntentInbox(path)
        self.events = events
        self.clock = clock
        self.author = author
    }

    package func start() {
        observations = [
            follow(.dashboard(at: clock)) { .dashboard($0) },
            follow(.agentStatus) { .agent($0) },
            follow(.loops(limit: 500)) { .loops($0) },
            follow(.approvals(limit: 500)) { .approvals($0) },
            follow(.incidents(limit: 1000)) { .incidents($0) },
            follow(.settings) { .settings($0) },
            follow(.silences(limit: 200)) { .silences($0) },
            follow(.features) { .features($0) },
            follow(.driftEvents(limit: 200)) { .drifts($0) },
        ]
    }

    package func stop() {
        for observation in observations { observation.cancel() }
        for observation in [incident, forensics, trace] { observation?.cancel() }
    }

    private func follow<Answer>(
        _ query: StoreQuery<Answer>, _ event: @escaping @Sendable (Answer) -> ConsoleEvent
    ) -> Task<Void, Never> {
        let (reader, events) = (reader, events)
        return Task {
            do {
                for try await answer in reader.observe(query) { events.post(event(answer)) }
            } catch {
                if !Task.isCancelled { events.post(.failed("\(error)")) }
            }
        }
    }

    /// Observes one incident.
    func follow(incident id: Int64?) {
        incident?.cancel()
        incident = id.map { id in follow(.incident(id)) { .incident(id, $0) } }
    }

    /// Observes the results of one incident's investigation.
    func followForensics(incident id: Int64?) {
        forensics?.cancel()
        forensics = id.map { id in follow(.forensics(ofIncident: id)) { .forensics(id, $0) } }
    }

    /// Observes one trace.
    func follow(trace id: String?) {
        trace?.cancel()
        trace = id.map { id in follow(.trace(id)) { .trace(id, $0) } }
    }

    /// Sends an intent, and reports the outcome when the agent has answered.
    func append(_ intent: Intent) async {
        do {
            let id = try await inbox.append(intent, author: author, at: clock.now())
            for try await outcome in reader.observe(.outcome(ofIntent: id)) {
                guard let outcome else { continue }
                events.post(.outcome(outcome))
                return
            }
        } catch {
            events.post(.failed("\(error)"))
        }
    }
}
