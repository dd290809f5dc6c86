/// A part of the store that changes together. Triggers count its changes in `topic_revision`.
package enum StoreTopic: String, CaseIterable, Hashable, Sendable {
    case incidents, approvals, acts, loops, costs, drift, sampling, health, settings, agent, intents, risk, traces
}
