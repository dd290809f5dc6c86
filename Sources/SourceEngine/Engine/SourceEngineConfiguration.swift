package import Basics
package import SourceFetch
package import SourceSpec

/// What an engine is made of.
package struct SourceEngineConfiguration: Sendable {
    /// Where `mirror-<source>.db` files lie. Created when missing, readable by its owner alone.
    package var mirrorDirectory: String
    package var specs: [SourceSpec]
    package var pages: any PageSource
    /// The value of an input (an environment variable); nil or empty when it is unset.
    package var inputs: @Sendable (String) -> String?
    package var clock: WallClock
    /// Replaces the retention of every mirror, when set.
    package var retention: Span?
    /// How long a page of a live table may be served again.
    package var pageLifetime: Span

    package init(
        mirrorDirectory: String, specs: [SourceSpec], pages: any PageSource,
        inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system, retention: Span? = nil,
        pageLifetime: Span = .seconds(60)
    ) {
        self.mirrorDirectory = mirrorDirectory
        self.specs = specs
        self.pages = pages
        self.inputs = inputs
        self.clock = clock
        self.retention = retention
        self.pageLifetime = pageLifetime
    }
}
