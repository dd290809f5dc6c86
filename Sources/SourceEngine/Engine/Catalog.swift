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
    private(set) var inputs: [String: [InputState]] = [:]
    private(set) var numericColumns: Set<String> = []

    /// `mirrors`: false to read all tables live.
    init(specs: [SourceSpec], inputs: (String) -> String?, needsInputs: Bool = true, mirrors: Bool = true) {
        self.specs = specs
        for spec in specs {
            let schema = spec.name.lowercased()
            self.inputs[schema] = spec.inputs.sorted { $0.key < $1.key }.map { InputState($0, inputs) }
            let missing = needsInputs ? spec.missingInputs(inputs) : []
            if !missing.isEmpty {
                unconfigured[schema] =
                    "\(spec.name) is not configured: set \(missing.joined(separator: " and ")) in the environment or .env."
            }
            for table in spec.tables {
                let mirror = mirrors ? spec.overlay.mirrors[table.name] : nil
                if let mirror, addMirrored(table, mirror, of: spec, inputs) { continue }
                let live = LiveTableSpec(source: spec, table: table)
                entries[live.name] = .live(live)
                liveTables[schema, default: []].append(live)
            }
            for function in spec.functions {
                let live = LiveTableSpec(source: spec, table: function, isFunction: true)
                entries[live.name] = .function(live)
                liveTables[schema, default: []].append(live)
            }
            for column in (spec.tables + spec.functions).flatMap(\.columns)
            where [.int64, .float64, .boolean].contains(column.type) {
                numericColumns.insert(column.name.lowercased())
            }
        }
    }

    /// Sources that the chosen engine cannot read.
    mutating func markUnavailable(_ sentences: [String: String]) {
        unconfigured.merge(sentences) { $1 }
    }

    /// False if the table cannot be mirrored: an input is not set, or the mirror names a column that the table does not have.
    private mutating func addMirrored(
        _ table: TableSpec, _ mirror: MirrorSpec, of spec: SourceSpec, _ inputs: (String) -> String?
    ) -> Bool {
        let name = QualifiedName(spec.name, table.name)
        let values = spec.inputValues(inputs)
        var constants: [String: Value] = [:]
        var missing: [String] = []
        for filter in mirror.filters {
            let parts = filter.value.parts.map { part -> String in
                switch part {
                case .text(let text): return text
                case .placeholder(let placeholder):
                    let value = values[placeholder.key] ?? inputs(placeholder.key) ?? placeholder.defaultText ?? ""
                    if value.isEmpty { missing.append(placeholder.key) }
                    return value
                }
            }
            constants[filter.name] = .text(parts.joined())
        }
        guard missing.isEmpty else {
            unmirrored[name] = "\(name) is not mirrored: set \(missing.joined(separator: " and "))."
            return false
        }
        // Rows of another server or another organisation are other rows; a rotated secret changes nothing.
        var labels = [spec.overlay.baseURLInput.flatMap { inputs($0) } ?? ""]
        labels += spec.inputs.filter { $0.kind == .variable }.map { values[$0.key] ?? "" }
        let address = labels.joined(separator: "\u{1F}")
        guard
            let mirrored = MirrorTable(
                source: spec, table: table, mirror: mirror, constants: constants, address: address)
        else { return false }
        let twin = LiveTableSpec(source: spec, table: table, isTwin: true)
        entries[name] = .mirrored(mirrored, twin: twin)
        mirrors[name.schema, default: []].append(mirrored)
        liveTables[name.schema, default: []].append(twin)
        if mirrored.hasRollups {
            for rollup in [mirrored.hourlyTable, mirrored.tracesTable] {
                entries[QualifiedName(spec.name, rollup)] = .derived(from: name)
            }
        }
        return true
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
        case .live(let live), .mirrored(_, twin: let live):
            DialectRewriter.Callable(arguments: live.argumentNames, table: live.sqlName)
        case .derived, nil: nil
        }
    }

    /// "Did you mean …?" with the names that are most like `text`; nil if there are none.
    func suggestion(for text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = text.lowercased()
        let near = candidates.map { ($0, Suggestion.edits(from: wanted, to: $0)) }
            .filter { $0.1 <= max(2, wanted.count / 3) || $0.0.hasSuffix("." + wanted) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
        return near.isEmpty ? nil : "Did you mean \(near.joined(separator: " or "))?"
    }
}
