package import Basics
package import SourceFetch
package import SourceSpec

/// How rows are fetched, and where statements run.
package enum EngineKind: String, CaseIterable, Hashable, Sendable {
    /// Sentinel calls the providers itself.
    case embedded
    /// The real `coral` program calls them; mirrors and statements stay here.
    case coral
    /// Langfuse is read from its own ClickHouse, and aggregated there; the other sources as with `embedded`.
    case clickhouse
}

/// The settings and parts of an engine.
package struct SourceEngineConfiguration: Sendable {
    /// The folder of the files `mirror-<source>.db`. Created if missing, readable only by its owner.
    package var mirrorDirectory: String
    package var specs: [SourceSpec]
    package var kind: EngineKind
    package var pages: any PageSource
    /// Pages that the coral program fetches, and the program itself; nil if that engine is not available.
    package var coral: CoralPages?
    package var clickHouse: ClickHouseStore?
    /// The provider's sums for the hours before the mirrored observations.
    package var hourlySums: (any HourlySums)?
    /// Use ``hourlySums`` instead of reading the observations themselves.
    package var usesHourlySums = false
    /// The value of an input (an environment variable); nil or empty when it is not set.
    package var inputs: @Sendable (String) -> String?
    package var clock: WallClock
    /// Replaces the retention of every mirror, when set.
    package var retention: Span?
    /// False to read all tables live.
    package var mirrors = true

    package init(
        mirrorDirectory: String, specs: [SourceSpec], kind: EngineKind = .embedded, pages: any PageSource,
        inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system
    ) {
        (self.mirrorDirectory, self.specs, self.kind) = (mirrorDirectory, specs, kind)
        (self.pages, self.inputs, self.clock) = (pages, inputs, clock)
    }
}
