import Basics
import SourceFetch
import SourceSpec

/// The parts of an engine of one kind.
struct EngineParts {
    let kind: EngineKind
    /// The provider's sums for the hours before the mirrored observations; nil if the observations themselves are read.
    let hourlySums: (any HourlySums)?
    let catalog: Catalog
    /// By schema.
    let files: [String: MirrorFile]
    let pages: any PageSource
    let lanes: [Lane]

    /// A runner, and how many statements it has to do. Used by the engine alone.
    final class Lane {
        let runner: StatementRunner
        var load = 0

        init(_ runner: StatementRunner) {
            self.runner = runner
        }
    }

    init(_ configuration: SourceEngineConfiguration, kind: EngineKind, usesHourlySums: Bool) {
        self.kind = kind
        let sums = usesHourlySums && kind != .clickhouse ? configuration.hourlySums : nil
        hourlySums = sums
        let specs = configuration.specs.map { spec in
            if kind == .clickhouse, spec.name.lowercased() == ClickHouseStore.source { return spec.inClickHouse }
            return sums == nil ? spec : spec.withRecentRowsAlone
        }
        // Coral has its own copy of a source's keys.
        var catalog = Catalog(
            specs: specs, inputs: configuration.inputs, needsInputs: kind != .coral, mirrors: configuration.mirrors)
        catalog.markUnavailable(Self.unavailable(kind, configuration))
        var files: [String: MirrorFile] = [:]
        for spec in specs {
            let schema = spec.name.lowercased()
            // What another engine has stored is left as it is.
            files[schema] = MirrorFile(
                source: spec.backend == .clickHouse ? "\(schema)-clickhouse" : schema,
                directory: configuration.mirrorDirectory, tables: catalog.mirrors[schema] ?? [],
                liveTables: catalog.liveTables[schema] ?? [],
                isUnconfigured: catalog.unconfigured[schema] != nil)
        }
        let pages = Self.pages(kind, configuration)
        let live = LivePages(pages: pages, clock: configuration.clock)
        let fetch = BodyFetch(pages: pages, files: files, clock: configuration.clock)
        // Statements that wait for a provider hold up none that reads what is stored.
        lanes = (0..<8).map { _ in
            Lane(StatementRunner(catalog: catalog, pages: live, fetch: fetch, clock: configuration.clock))
        }
        (self.catalog, self.files, self.pages) = (catalog, files, pages)
    }

    private static func pages(_ kind: EngineKind, _ configuration: SourceEngineConfiguration) -> any PageSource {
        switch kind {
        case .embedded: return configuration.pages
        case .coral: return configuration.coral ?? configuration.pages
        case .clickhouse:
            guard let store = configuration.clickHouse else { return configuration.pages }
            let (stored, others) = (ClickHousePages(store: store), configuration.pages)
            return SourcePages(among: [stored, others]) { $0.source.backend == .clickHouse ? stored : others }
        }
    }

    /// Sources that the engine cannot read, and the reason.
    private static func unavailable(_ kind: EngineKind, _ configuration: SourceEngineConfiguration) -> [String: String]
    {
        switch kind {
        case .embedded: return [:]
        case .coral:
            if configuration.coral?.program.path != nil { return [:] }
            let sentence =
                "The engine coral has no program: install `coral` on the PATH, set SENTINEL_CORAL to its path, or set the engine to embedded."
            return Dictionary(uniqueKeysWithValues: configuration.specs.map { ($0.name.lowercased(), sentence) })
        case .clickhouse:
            let sentence = configuration.clickHouse.map(\.missing) ?? "The engine clickhouse is not available."
            return sentence.map { [ClickHouseStore.source: $0] } ?? [:]
        }
    }
}

extension SourceSpec {
    /// Tables with rollups are mirrored for the latest hours only; the history before is read as sums.
    fileprivate var withRecentRowsAlone: SourceSpec {
        var spec = self
        for (name, mirror) in overlay.mirrors where mirror.rollups {
            spec.overlay.mirrors[name]?.backfill = min(mirror.backfill, HourlyHistory.rows)
        }
        return spec
    }
}
