import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel

extension IncidentPipeline {
    /// Opens incidents for the findings, or counts them as occurrences of known ones, in one transaction. Skips notes. Incidents
    /// that turn out to be one storm are merged.
    func record(_ findings: [Finding], scan: String, reopenWithin: Span) async throws -> [Case] {
        let (now, gate) = (clock.now(), gate)
        return try await writer.transaction { store in
            var cases: [Case] = []
            var known = try GroupedFindings(store.snapshot.unresolvedFindings(), besides: findings)
            for finding in findings where !finding.isNote {
                // What is left of a killed loop is its past.
                if let loop = finding.loop, try store.snapshot.isDead(loop) { continue }
                if let cost = finding.facts.cost, try store.snapshot.isPast(cost) { continue }
                let place = try known.place(of: finding) ?? store.endedStorm(of: finding, at: now)
                let joining = place.map { Joining(incident: $0.incident, why: $0.why, since: now - Storm.pause) }
                guard
                    let record = try store.recordFinding(
                        finding, scan: scan, joining: joining, reopenWithin: reopenWithin, at: now)
                else { continue }
                known.add(finding, to: record.incident)
                if let loop = finding.loop { try store.upsertLoop(loop, incident: record.incident, asOf: now) }
                try Self.add(finding, record, isAlike: place?.isAlike ?? false, to: &cases, store.snapshot)
            }
            let merged = try store.mergeStorms(gate: gate, at: now)
            cases = cases.merged(merged)
            try store.applySilences(at: now)
            try store.applyInhibition(at: now)
            return cases
        }
    }

    /// - Parameter isAlike: it is one more of what its incident consists of, so nothing new is investigated.
    private static func add(
        _ finding: Finding, _ record: FindingRecord, isAlike: Bool, to cases: inout [Case], _ store: StoreSnapshot
    ) throws {
        let isKnown = record.joined && !record.isNew
        if let index = cases.firstIndex(where: { $0.incident == record.incident }) {
            let opensIt = try store.findings(ofIncident: record.incident).first?.fingerprint == finding.fingerprint
            cases[index].findings.insert(finding, at: opensIt ? 0 : cases[index].findings.count)
            if isKnown { cases[index].joined.append(finding) }
            cases[index].needsInvestigation = cases[index].needsInvestigation || isKnown && !isAlike
            return
        }
        let waits = try store.uninvestigatedIncidents().contains(record.incident)
        cases.append(
            Case(
                incident: record.incident, findings: [finding], isNew: record.isNew, joined: isKnown ? [finding] : [],
                needsInvestigation: waits || record.isNew || record.reopened || isKnown && !isAlike,
                suspects: try store.incident(record.incident)?.suspects ?? []))
    }
}

extension [IncidentPipeline.Case] {
    /// The cases of merged incidents are part of those that they were merged into.
    fileprivate func merged(_ heads: [Int64: Int64]) -> [IncidentPipeline.Case] {
        reduce(into: []) { cases, one in
            var one = one
            if let head = heads[one.incident] {
                one.incident = head
                (one.joined, one.isNew, one.suspects) = (one.findings, false, [])
            }
            guard let index = cases.firstIndex(where: { $0.incident == one.incident }) else { return cases.append(one) }
            cases[index].findings += one.findings
            cases[index].joined += one.joined
        }
    }
}

/// Incidents with one cause become one.
extension StoreTransaction {
    /// The incident of the last minutes whose storm a loop continues, although its runs were killed.
    func endedStorm(of finding: Finding, at now: Instant) throws -> Grouping.Place? {
        guard finding.loop != nil else { return nil }
        return try GroupedFindings(snapshot.findings(ofIncidentsResolvedSince: now - Storm.pause)).storm(of: finding)
    }

    /// Merges incidents that turn out to be one storm, and returns for each that is gone the one that it is part of.
    func mergeStorms(gate: Gate, at now: Instant) throws -> [Int64: Int64] {
        let living = try snapshot.unresolvedIncidents().filter { !$0.life.isMuted }
        guard living.count > 1 else { return [:] }
        let findings = try living.flatMap { try snapshot.findings(ofIncident: $0.id) }
        return try Storm.merges(among: findings).reduce(into: [:]) { merged, one in
            if try merge(one.incident, into: one.into, why: one.why, gate: gate, at: now) {
                merged[one.incident] = one.into
            }
        }
    }

    /// Closes one incident into another. One that nobody knows of is gone; the message of another one says where it went.
    private func merge(_ incident: Int64, into other: Int64, why: String, gate: Gate, at now: Instant) throws -> Bool {
        if try absorb(incident, into: other, why: why, at: now) { return true }
        guard let turn = try close(incident, into: other, why: why, at: now) else { return false }
        if let edit = turn.edit { try updateMessage(edit, of: incident, gate: gate, at: now) }
        try updateMessage("Joined by incident \(incident): \(why)", of: other, gate: gate, at: now)
        return true
    }

    /// Merges an incident whose suspects are known with others that have the same best one. Returns the older one that it is
    /// part of now; nil if it remains.
    func mergeBlamed(_ opened: IncidentPipeline.Case, gate: Gate, at now: Instant) throws -> Int64? {
        guard let best = opened.suspects.first, let own = try snapshot.incident(opened.incident)?.summary else {
            return nil
        }
        let others = try snapshot.unresolvedIncidents().filter { $0.id != own.id }
        let blamed = try others.map { other in
            (incident: other, best: try snapshot.incident(other.id)?.suspects.first?.sha ?? "")
        }
        if let place = Grouping.incident(
            blaming: opened.suspects, for: opened.findings, among: blamed.filter { $0.incident.id < own.id })
        {
            let isQuiet = try snapshot.acts(ofIncident: own.id).isEmpty
            guard isQuiet || !own.life.isMuted,
                try merge(own.id, into: place.incident, why: place.why, gate: gate, at: now)
            else { return nil }
            return place.incident
        }
        guard !own.type.traits.hasOwnRemedy, !own.life.isMuted else { return nil }
        for (other, sha) in blamed where other.id > own.id && sha == best.sha && !other.life.isMuted {
            guard Grouping.isOneCause(own, other), try !snapshot.acts(ofIncident: other.id).isEmpty else { continue }
            let why = "both are blamed on commit \(best.shortSHA)"
            _ = try merge(other.id, into: own.id, why: why, gate: gate, at: now)
        }
        return nil
    }
}
