import Basics
import Digest
import Governance
import IncidentStore
import Narration
import OnCallModel

/// Makes weekly digests: that of the last week on Mondays at 09:00, and those that people ask for.
///
/// The week is the key in the store, and the digest, its post and the next run are saved in one transaction. So a restart
/// at any moment makes neither a second digest nor a second post.
struct DigestDesk: Sendable {
    private let configuration: AgentConfiguration
    private let writer: StoreWriter
    private let store: StoreGuard
    private let settings: SettingsHandler
    private let gate: @Sendable () async -> Gate
    private let requests = Lock<[DigestWeek]>([])
    private let failedAt = Lock<Instant?>(nil)

    private static let job = SchedulerMachine.Job.digest.rawValue
    private static let retryPause = Span.minutes(15)

    init(
        _ configuration: AgentConfiguration, writer: StoreWriter, store: StoreGuard, settings: SettingsHandler,
        gate: @escaping @Sendable () async -> Gate
    ) {
        (self.configuration, self.writer, self.store) = (configuration, writer, store)
        (self.settings, self.gate) = (settings, gate)
    }

    private var clock: WallClock { configuration.clock }

    private func zone() async -> ZoneInfo { ZoneInfo(named: await settings.settings.digestZone) ?? .utc }

    /// When the next digest is due. One that was missed stays due, once; a store that is new waits for its first Monday.
    func dueAt() async throws -> Instant {
        let now = clock.now()
        let next = DigestWeek.nextPublication(after: now, in: await zone())
        let job = try await writer.read { try $0.jobs() }.first { $0.name == Self.job }
        if let due = job?.nextRunAt, due <= now {
            return failedAt.withLock { $0 }.map { max(due, $0 + Self.retryPause) } ?? due
        }
        if job?.nextRunAt != next {
            let record = JobRecord(name: Self.job, lastRunAt: job?.lastRunAt, nextRunAt: next)
            try await writer.transaction { try $0.saveJob(record) }
        }
        return next
    }

    /// Notes a request; nil is the week so far.
    func request(_ name: String?) async -> IntentAnswer {
        let (zone, now) = (await zone(), clock.now())
        let current = DigestWeek(containing: now, in: zone)
        guard let week = name.map({ DigestWeek(named: $0, in: zone) }) ?? current else {
            return .refused("\"\(name ?? "")\" is not a week such as \(current.name).")
        }
        guard week.from <= now else { return .refused("The week \(week.name) has not begun.") }
        requests.withLock { $0.append(week) }
        return IntentAnswer("Making the digest of \(week.name).")
    }

    /// Makes what is requested and what is due. A failure is left to a later run.
    func run() async throws {
        do {
            try await makeRequested()
            try await makeDue()
            failedAt.withLock { $0 = nil }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            failedAt.withLock { $0 = clock.now() }
            await store.begin(error)
        }
    }

    func makeRequested() async throws {
        let weeks = requests.withLock { requests in
            defer { requests = [] }
            return Set(requests)
        }
        for week in weeks {
            let digest = try await make(week)
            try await writer.transaction { try $0.saveDigest(digest) }
        }
    }

    private func makeDue() async throws {
        let now = clock.now()
        let job = try await writer.read { try $0.jobs() }.first { $0.name == Self.job }
        guard let due = job?.nextRunAt, due <= now else { return }
        let (zone, settings, gate) = (await zone(), await settings.settings, await gate())
        var week = DigestWeek(containing: now, in: zone).previous
        if week.publication > now { week = week.previous }
        let name = week.name
        let isMade = try await writer.read { try $0.hasFinalDigest(ofWeek: name) }
        let digest = isMade ? nil : try await make(week)
        let record = JobRecord(
            name: Self.job, lastRunAt: now, nextRunAt: DigestWeek.nextPublication(after: now, in: zone))
        try await writer.transaction { store in
            if let digest, try !store.snapshot.hasFinalDigest(ofWeek: name) { try store.saveDigest(digest) }
            if settings.digestPost,
                case .allow(let post) = gate.notice(.postDigest(week: name, channel: settings.digestChannel))
            {
                try store.enqueue(post, at: now)
            }
            try store.saveJob(record)
        }
    }

    private func make(_ week: DigestWeek) async throws -> DigestRecord {
        let (settings, now) = (await settings.settings, clock.now())
        let reader = DigestReader(
            engine: configuration.engine, writer: writer, scope: configuration.scope, settings: settings)
        let facts = try await reader.facts(of: week, at: now)
        var (json, document, _) = DigestComposition(facts).result
        document.lead = await lead(json, week, settings)
        return DigestRecord(
            week: week.name, zone: settings.digestZone, from: week.from, until: min(now, week.until), madeAt: now,
            isFinal: facts.isFinal, document: document, markdown: document.markdown, facts: json)
    }

    /// A model's introduction; empty without one.
    private func lead(_ facts: JSONValue, _ week: DigestWeek, _ settings: Settings) async -> String {
        let stage = NarrationStage(configuration, writer: writer, settings: settings)
        let job = NarrationJob(
            .digest, facts: facts, foreignMembers: ["title"], redaction: configuration.redaction)
        return await stage.paragraph(job, about: week.monday) ?? ""
    }
}
