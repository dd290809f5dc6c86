import Basics
import IncidentStore
import OnCallModel

/// Keeps an agent at work while its store cannot be used: what must be written waits, and is written as soon as possible.
///
/// An outage ends when the store can be written again. People are notified once of each, without the outbox.
actor StoreGuard {
    private let configuration: AgentConfiguration
    /// How long a single scan waits; nil is without end.
    private let patience: Span?
    private let announce: @Sendable (String) async -> Bool
    private var machine = StoreOutageMachine()
    private var fault: StoreFault?
    private var recovery: Task<Void, Never>?
    private var writer: StoreWriter?
    /// What was found and could not be stored, and which of it people know of.
    private var held: [Finding] = []
    private var heldAnnounced: Set<Fingerprint> = []
    private var onRecovery: (@Sendable () async -> Void)?

    private var clock: WallClock { configuration.clock }

    init(
        _ configuration: AgentConfiguration, patience: Span?, announce: @escaping @Sendable (String) async -> Bool
    ) {
        self.configuration = configuration
        self.patience = patience
        self.announce = announce
    }

    /// Opens the store for this agent.
    func open() async throws -> StoreWriter {
        try await keep { try await self.opened() }
    }

    private func opened() async throws -> StoreWriter {
        if let writer { return writer }
        let fresh = try await StoreWriter.open(
            configuration.storePath, holder: configuration.holder, pid: configuration.pid, at: clock.now())
        writer = fresh
        return fresh
    }

    /// Called after each outage.
    func afterRecovery(_ body: @escaping @Sendable () async -> Void) { onRecovery = body }

    func stop() {
        recovery?.cancel()
    }

    /// Runs `work`, and again after each outage of the store that ended it.
    ///
    /// - Throws: errors of others than the store; `StoreError.held` if another agent has the store.
    nonisolated func keep<Result: Sendable>(
        _ work: @Sendable () async throws -> Result
    ) async throws -> Result {
        while true {
            do {
                return try await work()
            } catch {
                try await waitAfter(error)
            }
        }
    }

    /// Runs `work` once, unless the store is known to be unusable. Nil if it could not be done.
    nonisolated func attempt<Result: Sendable>(
        _ work: @Sendable () async throws -> Result
    ) async throws -> Result? {
        guard await machine.since == nil else { return nil }
        do {
            return try await work()
        } catch {
            guard await begin(error) else { throw error }
            return nil
        }
    }

    /// Keeps the findings of the latest scan that could not be stored.
    func hold(_ findings: [Finding]) {
        held = findings.filter { !$0.isNote }
    }

    /// Adds to them.
    func hold(more findings: [Finding]) {
        let known = Set(findings.map(\.fingerprint))
        hold(held.filter { !known.contains($0.fingerprint) } + findings)
    }

    /// The findings that the next scan stores with its own.
    var heldFindings: [Finding] { held }

    // MARK: outages

    /// Begins an outage, or counts as part of it. False if the error is not the store's.
    @discardableResult
    func begin(_ error: any Error) -> Bool {
        guard !Task.isCancelled, let fault = StoreFault(error, path: configuration.storePath) else { return false }
        self.fault = fault
        if machine.failed(at: clock.now()) {
            configuration.report(fault.sentence + " The agent goes on, and stores what it finds later.")
        }
        if recovery == nil { recovery = Task { await self.recover() } }
        return true
    }

    private func waitAfter(_ error: any Error) async throws {
        let began = clock.now()
        guard begin(error) else { throw error }
        if let patience, let since = machine.since, began - since > patience { throw error }
        let recovery = recovery
        // Only the end of the agent cancels a waiting loop.
        await withTaskCancellationHandler {
            await recovery?.value
        } onCancel: {
            recovery?.cancel()
        }
        try Task.checkCancellation()
    }

    /// Tries to write with growing pauses, until that succeeds, or another agent has the store.
    private func recover() async {
        defer { recovery = nil }
        while !Task.isCancelled {
            try? await Task.sleep(for: machine.nextPause().duration)
            if Task.isCancelled { return }
            do {
                try await write()
                return await end()
            } catch {
                guard let fault = StoreFault(error, path: configuration.storePath) else {
                    // Another agent has it: whoever waits fails at the next try.
                    _ = machine.ended(at: clock.now())
                    return
                }
                self.fault = fault
            }
            await announceIfDue()
            if let patience, let since = machine.since, clock.now() - since > patience { return }
        }
    }

    private func write() async throws {
        if let writer { try await writer.probe() } else { _ = try await opened() }
    }

    private func end() async {
        let length = machine.ended(at: clock.now())
        (fault, heldAnnounced) = (nil, [])
        configuration.report("The store can be written again.")
        await onRecovery?()
        guard let length else { return }
        _ = await notify(
            "Sentinel's store can be written again after \(Format.duration(length)). What was found meanwhile is stored now."
        )
    }

    private func notify(_ sentence: String) async -> Bool {
        let isSent = await announce(sentence)
        if isSent { configuration.report("People were notified.") }
        return isSent
    }

    private func announceIfDue() async {
        let fresh = held.filter { $0.severity >= .high && !heldAnnounced.contains($0.fingerprint) }
        guard let fault, machine.isAnnouncementDue(at: clock.now()) || machine.isAnnounced && !fresh.isEmpty else {
            return
        }
        let found = fresh.prefix(5).map(\.description) + (fresh.count > 5 ? ["and \(fresh.count - 5) more"] : [])
        let sentence =
            "Sentinel goes on without its store: \(fault.sentence)"
            + (found.isEmpty ? "" : " Found meanwhile: \(found.joined(separator: "; "))")
        guard await notify(sentence) else { return }
        machine.announced()
        heldAnnounced.formUnion(fresh.map(\.fingerprint))
    }
}
