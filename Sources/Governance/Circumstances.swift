package import Basics
package import OnCallModel

/// What the gate must know of an incident to judge an act, read from the store in the same transaction.
package struct Circumstances: Hashable, Sendable {
    /// How often the incident was reopened. Its remedy may be carried out once in each round.
    package var round: Int
    /// The end of the silence that applies to it.
    package var silencedUntil: Instant?
    /// It is silenced, snoozed, flapping or inhibited.
    package var isMuted: Bool
    package var isResolved: Bool
    /// Its acts and its requests, of all rounds.
    package var acts: [ActRecord]
    package var requests: [ApprovalItem]
    /// When policy killed loops, of any incident, within ``Policy/budgetWindow``.
    package var automaticKills: [Instant]

    package init(
        round: Int = 0, silencedUntil: Instant? = nil, isMuted: Bool = false, isResolved: Bool = false,
        acts: [ActRecord] = [], requests: [ApprovalItem] = [], automaticKills: [Instant] = []
    ) {
        self.round = round
        self.silencedUntil = silencedUntil
        self.isMuted = isMuted
        self.isResolved = isResolved
        self.acts = acts
        self.requests = requests
        self.automaticKills = automaticKills
    }
}

extension Circumstances {
    /// The acts that carry a remedy or a part of it out, whatever allowed them, in this round or the given one.
    func acts(carryingOut remedy: Action, round: Int? = nil) -> [ActRecord] {
        acts.filter { $0.round == round ?? self.round && $0.action.overlaps(remedy) }
    }

    /// What the acts of this round leave of a remedy; nil if nothing.
    func rest(of remedy: Action) -> Action? {
        remedy.without(acts(carryingOut: remedy).map(\.action))
    }

    /// How many kills of this round came before.
    var wave: Int { acts.count { $0.round == round && $0.action.kind == .killLoop } }

    /// The requests of this round for a remedy, earliest first.
    func requests(for remedy: Action) -> [ApprovalItem] {
        requests.filter { $0.round == round && $0.action.isSameRemedy(as: remedy) }
    }

    /// The pending request for a remedy, of this or an earlier round.
    func pendingRequest(for remedy: Action) -> ApprovalItem? {
        requests.first { $0.status == .pending && $0.action.isSameRemedy(as: remedy) }
    }

    func wasRejected(_ remedy: Action, inEarlierRound: Bool) -> Bool {
        requests.contains {
            $0.status == .rejected && $0.action.isSameRemedy(as: remedy)
                && (inEarlierRound ? $0.round < round : $0.round == round)
        }
    }
}
