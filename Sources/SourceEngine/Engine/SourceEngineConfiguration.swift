package import Basics
package import SourceFetch
package import SourceSpec

/// Who fetches the rows, and where statements run.
package enum EngineKind: String, CaseIterable, Hashable, Sendable {
    /// Sentinel asks the providers itself.
    case embedded
    /// The real `coral` program asks them; mirrors and statements stay here.
    case coral
    /// Langfuse is read from its own ClickHouse, and aggregated there; the other sources as by `embedded`.
    case clickhouse
}

/// What an engine is made of.
package struct SourceEngineConfiguration: Sendable {
    /// Where `mirror-<source>.db` files lie. Created when missing, readable by its owner alone.
    package var mirrorDirectory: String
    package var specs: [SourceSpec]
    package var kind: EngineKind
    package var pages: any PageSource
    /// Pages that the coral program fetches, and the program itself; nil where that engine cannot be chosen.
    package var coral: CoralPages?
    package var clickHouse: ClickHouseStore?
    /// Who can add up the hours before the mirrored observations.
    package var hourlySums: (any HourlySums)?
    /// They are added up there, instead of reading the observations themselves.
    package var usesHourlySums: Bool
    /// The value of an input (an environment variable); nil or empty when it is unset.
    package var inputs: @Sendable (String) -> String?
    package var clock: WallClock
    /// Replaces the retention of every mirror, when set.
    package var retention: Span?
    /// How long a page of a live table may be reused.
    package var pageLifetime: Span

    package init(
        mirrorDirectory: String, specs: [SourceSpec], kind: EngineKind = .embedded, pages: any PageSource,
        coral: CoralPages? = nil, clickHouse: ClickHouseStore? = nil, hourlySums: (any HourlySums)? = nil,
        usesHourlySums: Bool = false,
        inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system, retention: Span? = nil,
        pageLifetime: Span = .seconds(60)
    ) {
        self.mirrorDirectory = mirrorDirectory
        self.specs = specs
        self.kind = kind
        self.pages = pages
        self.coral = coral
        self.clickHouse = clickHouse
        self.hourlySums = hourlySums
        self.usesHourlySums = usesHourlySums
        self.inputs = inputs
        self.clock = clock
        self.retention = retention
        self.pageLifetime = pageLifetime
    }
}
