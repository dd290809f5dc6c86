/// Proof that the caller is the store.
///
/// Governance turns a stored row back into a permission only for whoever shows this value, and only Governance and
/// IncidentStore depend on this target: elsewhere its initializer does not compile (docs/decisions/0012).
package struct Seal: Hashable, Sendable {
    package init() {}
}
