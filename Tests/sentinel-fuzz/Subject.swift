/// The fuzzed parsers. An input is a file of bytes; each subject says how it is read.
enum Subject: String, CaseIterable {
    case yaml, manifest, sql, rows, clickhouse, csv, keys, text

    /// Ends the process where a promise is broken.
    func check(_ bytes: [UInt8]) {
        switch self {
        case .yaml: YAMLSubject.check(bytes)
        case .manifest: ManifestSubject.check(bytes)
        case .sql: SQLSubject.check(bytes)
        case .rows: RowsSubject.check(bytes)
        case .clickhouse: ClickHouseSubject.check(bytes)
        case .csv: FileSubject.check(bytes)
        case .keys: KeysSubject.check(bytes)
        case .text: TextSubject.check(bytes)
        }
    }

    /// Inputs from the files under `sources/`, in addition to those in `Tests/Fuzz`.
    var seeds: [[UInt8]] {
        switch self {
        case .yaml: Seeds.manifests + Seeds.overlays
        case .manifest: ManifestSubject.seeds
        case .sql: SQLSubject.seeds
        case .rows: RowsSubject.seeds
        case .clickhouse, .csv, .keys, .text: []
        }
    }

    /// Does what is done once, so that it is not measured as part of the first input.
    func prepare() {
        if self == .sql { SQLSubject.check(Array("SELECT 1".utf8)) }
        if self == .rows { RowsSubject.check([]) }
    }
}

/// A promise: where it is broken, the process ends with the sentence.
func promise(_ sentence: @autoclosure () -> String, _ holds: Bool) {
    if !holds { fatalError(sentence()) }
}
