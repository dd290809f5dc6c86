package import Basics
package import OnCallModel

/// What an act reads from the store before it runs.
package struct ActContext: Hashable, Sendable {
    package var incident: IncidentDetail?
    /// The loops that an incident or a kill is about, the costliest first.
    package var loops: [LoopEvidence]
    /// The pending approval request whose buttons go under the incident's message. Other statuses get no buttons.
    package var request: ApprovalItem?
    /// Where the incident's Slack message is; nil while it is not posted.
    package var message: MessageAddress?
    /// The start of the latest scan that ended.
    package var lastScan: Instant?
    /// When the act was first attempted. Nothing that it created is older.
    package var attemptedAt: Instant
    /// When its first request was sent; nil if certainly none was.
    package var sentAt: Instant?
    /// The executors of all agents.
    package var ladder: Ladder
    /// The channels of the settings.
    package var channels: [NoticeChannel]
    /// The digest that a post is about.
    package var digest: DigestRecord?

    package init(
        incident: IncidentDetail? = nil, loops: [LoopEvidence] = [], request: ApprovalItem? = nil,
        message: MessageAddress? = nil, lastScan: Instant? = nil, attemptedAt: Instant, sentAt: Instant? = nil,
        ladder: Ladder = Ladder(), channels: [NoticeChannel] = []
    ) {
        self.incident = incident
        self.loops = loops
        self.request = request
        self.message = message
        self.lastScan = lastScan
        self.attemptedAt = attemptedAt
        self.sentAt = sentAt
        self.ladder = ladder
        self.channels = channels
    }

    /// In every notice, so that people see whether Sentinel still works.
    var lastScanSentence: String {
        lastScan.map { "last successful scan \($0.readable)" } ?? "the first scan has not ended yet"
    }

    /// The one of which the figures are shown.
    package var loop: LoopEvidence? { loops.first }

    func loop(of trace: String) -> LoopEvidence? { loops.first { $0.traceID == trace } }

    /// The incident's issue on GitHub.
    var incidentIssue: ActRecord? { incident?.acts.last { $0.action.kind == .createIssue } }

    /// The address given, else the one that the incident's own post left in the outbox.
    var incidentMessage: MessageAddress? {
        message
            ?? incident?.acts.last { $0.action.kind == .postIncident && $0.state == .done }?.reference
            .flatMap { MessageAddress(reference: $0) }
    }

    /// Why an act that needs the incident's message cannot run while there is none. `act` is "update" or "reply to".
    func messageAbsence(to act: String) -> ActFault {
        let post = incident?.acts.last { $0.action.kind == .postIncident }
        guard let post, post.state != .failed else { return .failed("The incident has no message in Slack to \(act).") }
        return .retry("The incident's message is not posted yet.")
    }
}

/// Where a Slack message is: the channel's id and the message's timestamp. The timestamp is an id, not a number.
package struct MessageAddress: Hashable, Sendable {
    package var channel: String
    package var timestamp: String

    package init(channel: String, timestamp: String) {
        self.channel = channel
        self.timestamp = timestamp
    }

    /// Reads `C0123456789/1512085950.000216`.
    package init?(reference: String) {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(channel: String(parts[0]), timestamp: String(parts[1]))
    }

    /// As stored in `ActRecord.reference`: `C0123456789/1512085950.000216`.
    package var reference: String { "\(channel)/\(timestamp)" }
}

/// The progress of a trace.
package struct TraceProgress: Hashable, Sendable {
    package var generations: Int
    /// US dollars.
    package var cost: Double
    /// The time of its latest step.
    package var lastSeen: Instant
    /// US dollars a minute of the last minutes; nil if they were not read.
    package var recentRate: Double?
    /// The longest pause between two of its latest steps; nil if it was not read, or if there are too few.
    package var recentPause: Span?

    package init(
        generations: Int, cost: Double, lastSeen: Instant, recentRate: Double? = nil, recentPause: Span? = nil
    ) {
        (self.generations, self.cost) = (generations, cost)
        (self.lastSeen, self.recentRate, self.recentPause) = (lastSeen, recentRate, recentPause)
    }
}
