package import Basics
package import OnCallModel

/// What the gate has to know of an incident to judge an act, as the store holds it at that moment.
package struct Circumstances: Hashable, Sendable {
    /// How often the incident was opened again. In each round its remedy may be carried out anew.
    package var round: Int
    /// Until when a silence holds for it.
    package var silencedUntil: Instant?
    /// It is silenced, snoozed, flapping or inhibited.
    package var isQuiet: Bool
    /// Its acts and its requests, of all rounds.
    package var acts: [ActRecord]
    package var requests: [ApprovalItem]
    /// When policy killed loops, of whatever incident, within ``Policy/budgetWindow``.
    package var automaticKills: [Instant]

    package init(
        round: Int = 0, silencedUntil: Instant? = nil, isQuiet: Bool = false, acts: [ActRecord] = [],
        requests: [ApprovalItem] = [], automaticKills: [Instant] = []
    ) {
        self.round = round
        self.silencedUntil = silencedUntil
        self.isQuiet = isQuiet
        self.acts = acts
        self.requests = requests
        self.automaticKills = automaticKills
    }
}

extension Circumstances {
    /// The acts of a round that carry a remedy out, however each was allowed.
    func acts(carryingOut remedy: Action, round: Int) -> [ActRecord] {
        acts.filter { $0.round == round && $0.action.isSameRemedy(as: remedy) }
    }

    func acts(carryingOut remedy: Action) -> [ActRecord] {
        acts(carryingOut: remedy, round: round)
    }

    /// The requests of this round for a remedy, the earliest first.
    func requests(for remedy: Action) -> [ApprovalItem] {
        requests.filter { $0.round == round && $0.action.isSameRemedy(as: remedy) }
    }

    /// Somebody is being asked, since this round or an earlier one.
    func isAsked(for remedy: Action) -> Bool {
        requests.contains { $0.status == .pending && $0.action.isSameRemedy(as: remedy) }
    }

    func wasRejected(_ remedy: Action, inEarlierRound: Bool) -> Bool {
        requests.contains {
            $0.status == .rejected && $0.action.isSameRemedy(as: remedy)
                && (inEarlierRound ? $0.round < round : $0.round == round)
        }
    }
}
