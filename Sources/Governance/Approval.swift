package import OnCallModel

/// Permission for one act. Only this target can make one: its initializer is internal, so an act without a decision
/// does not compile.
package struct Approval: Hashable, Sendable {
    package let action: Action
    /// Unique for the act, so that it is done at most once: `incident-7/create_issue`, `request-12/kill_loop`.
    package let key: String
    /// Who allowed it, as the audit and the report say it: `policy: more than 20 looped generations`, `alice@host`.
    package let allowedBy: String
    /// The incident it belongs to.
    package let incident: Int64?
    /// The request that a person approved; nil where policy allowed the act.
    package let request: Int64?

    init(action: Action, key: String, allowedBy: String, incident: Int64?, request: Int64?) {
        self.action = action
        self.key = key
        self.allowedBy = allowedBy
        self.incident = incident
        self.request = request
    }
}
