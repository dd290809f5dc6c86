import Basics
import SourceFetch
import SourceSpec

/// The meaning of each name in a statement, created once from the specs and inputs.
struct Catalog: Sendable {
    enum Entry: Sendable {
        case mirrored(MirrorTable, twin: LiveTableSpec)
        /// A rollup of a mirrored table.
        case derived(from: QualifiedName)
        case live(LiveTableSpec)
        case function(LiveTableSpec)
    }

    private(set) var entries: [QualifiedName: Entry] = [:]
    /// The mirrored tables and live tables of each source, by its schema.
    private(set) var mirrors: [String: [MirrorTable]] = [:]
    private(set) var liveTables: [String: [LiveTableSpec]] = [:]
    /// Sources with a missing input, and the sentence about it.
    private(set) var unconfigured: [String: String] = [:]
    /// Tables that would be mirrored if an input were set, and the sentence about it.
    private(set) var unmirrored: [QualifiedName: String] = [:]
    let specs: [SourceSpec]
    /// The inputs of each source by its schema, in the order of their keys.
    let inputs: [String: [InputState]]
    private(set) var numericColumns: Set<String> = []

    init(specs: [SourceSpec], inputs: (String) -> String?, needsInputs: Bool = true) {
        self.specs = specs
        self.inputs = Dictionary(
            specs.map { spec in
                (spec.name.lowercased(), spec.inputs.sorted { $0.key < $1.key }.map { InputState($0, inputs) })
            }, uniquingKeysWith: { first, _ in first })
        for spec in specs {
            let missing = needsInputs ? spec.missingInputs(inputs) : []
            if !missing.isEmpty {
                unconfigured[spec.name.lowercased()] =
                    "\(spec.name) is not configured: set \(missing.joined(separator: " and ")) in the environment or .env."
            }
            for table in spec.tables { add(table, of: spec, inputs) }
            for function in spec.functions {
                let live = LiveTableSpec(source: spec, table: function, isFunction: true)
                entries[live.name] = .function(live)
                liveTables[live.name.schema, default: []].append(live)
            }
        }
        for spec in specs {
            for column in (spec.tables + spec.functions).flatMap(\.columns) where Self.isNumeric(column.type) {
                numericColumns.insert(column.name.lowercased())
            }
        }
    }

    /// Sources that the chosen engine cannot read.
    mutating func markUnavailable(_ sentences: [String: String]) {
        unconfigured.merge(sentences) { $1 }
    }

    private static func isNumeric(_ type: ColumnType) -> Bool {
        type == .int64 || type == .float64 || type == .boolean
    }

    private mutating func add(_ table: TableSpec, of spec: SourceSpec, _ inputs: (String) -> String?) {
        let name = QualifiedName(spec.name, table.name)
        let mirror = spec.overlay.mirrors[table.name]
        if let mirror {
            var constants: [String: Value] = [:]
            var missing: [String] = []
            for filter in mirror.filters {
                switch Self.fill(filter.value, of: spec, inputs) {
                case .success(let text): constants[filter.name] = .text(text)
                case .failure(let unset): missing.append(unset.key)
                }
            }
            if missing.isEmpty, let mirrored = mirrorTable(spec, table, mirror, constants, inputs) {
                let twin = LiveTableSpec(source: spec, table: table, isTwin: true)
                entries[name] = .mirrored(mirrored, twin: twin)
                mirrors[name.schema, default: []].append(mirrored)
                liveTables[name.schema, default: []].append(twin)
                if mirror.rollups, mirrored.tracePosition != nil {
                    for rollup in [mirrored.hourlyTable, mirrored.tracesTable] {
                        entries[QualifiedName(spec.name, rollup)] = .derived(from: name)
                    }
                }
                return
            }
            if !missing.isEmpty {
                unmirrored[name] = "\(name) is not mirrored: set \(missing.joined(separator: " and "))."
            }
        }
        let live = LiveTableSpec(source: spec, table: table)
        entries[name] = .live(live)
        liveTables[name.schema, default: []].append(live)
    }

    private func mirrorTable(
        _ spec: SourceSpec, _ table: TableSpec, _ mirror: MirrorSpec, _ constants: [String: Value],
        _ inputs: (String) -> String?
    ) -> MirrorTable? {
        // Rows of another server or another organisation are other rows; a rotated secret changes nothing.
        var labels = [spec.overlay.baseURLInput.flatMap { inputs($0) } ?? ""]
        labels += spec.inputs.filter { $0.kind == .variable }.map { Self.value($0.key, of: spec, inputs) ?? "" }
        return MirrorTable(
            source: spec, table: table, mirror: mirror, constants: constants,
            address: labels.joined(separator: "\u{1F}"))
    }

    private struct Unset: Error { let key: String }

    private static func value(_ key: String, of spec: SourceSpec, _ inputs: (String) -> String?) -> String? {
        if let given = inputs(key), !given.isEmpty { return given }
        return spec.inputs.first { $0.key == key }?.defaultValue
    }

    private static func fill(
        _ template: Template, of spec: SourceSpec, _ inputs: (String) -> String?
    ) -> Result<String, Unset> {
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let piece): text += piece
            case .placeholder(let placeholder):
                guard let value = value(placeholder.key, of: spec, inputs) ?? placeholder.defaultText, !value.isEmpty
                else {
                    return .failure(Unset(key: placeholder.key))
                }
                text += value
            }
        }
        return .success(text)
    }

    /// The table of a name in a mirror file: rows, bodies and rollups belong to one table.
    func owner(of name: QualifiedName) -> QualifiedName? {
        if case .derived(let owner) = entries[name] { return owner }
        if entries[name] != nil { return name }
        for suffix in ["__rows", "__bodies", LiveTableSpec.twinSuffix] where name.table.hasSuffix(suffix) {
            let base = QualifiedName(name.schema, String(name.table.dropLast(suffix.count)))
            if entries[base] != nil { return base }
        }
        return nil
    }

    func mirrored(_ name: QualifiedName) -> MirrorTable? {
        if case .mirrored(let table, _) = entries[name] { table } else { nil }
    }

    var schemas: Set<String> { Set(specs.map { $0.name.lowercased() }) }

    func callable(_ name: QualifiedName) -> DialectRewriter.Callable? {
        switch entries[name] {
        case .function(let live): DialectRewriter.Callable(arguments: live.argumentNames)
        case .live(let live), .mirrored(_, let live):
            DialectRewriter.Callable(arguments: live.argumentNames, table: live.sqlName)
        case .derived, nil: nil
        }
    }

    /// Known names that are spelt much like `text`, nearest first.
    func near(_ text: String, among candidates: some Sequence<String>) -> [String] {
        let wanted = text.lowercased()
        return candidates.map { ($0, Suggestion.edits(from: wanted, to: $0)) }
            .filter { $0.1 <= max(2, wanted.count / 3) || $0.0.hasSuffix("." + wanted) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
    }
}
