import Basics
import SourceSpec

/// A scan of a file table with the location of its files and their columns. Creating it reads nothing.
struct FilePlan: Sendable {
    let scan: Scan
    let file: FileTableSpec
    /// An absolute path, without a slash at its end.
    let location: String
    let columns: FileColumns
    let secrets: Secrets

    var source: SourceSpec { scan.source }
    /// The maximum rows of the scan.
    var rowCap: Int? { scan.rowLimit ?? scan.table.fetchLimitDefault }

    /// - Throws: ``SourceError`` of kind `notConfigured`, `missingFilter` or `unsupported`.
    init(_ scan: Scan, inputs: (String) -> String?, now: Instant, redaction: Redaction) throws(SourceError) {
        guard case .file(let files) = scan.source.backend, let file = files[scan.table.name] else {
            throw ScanPlan.unsupported(scan.source, "has no files for \(scan.table.name)")
        }
        if file.format == .parquet { throw ScanPlan.unsupported(scan.source, "uses Parquet files") }
        let values = try ScanPlan.inputValues(of: scan.source, inputs)
        try ScanPlan.checkFilters(of: scan)
        let bindings = Bindings(inputs: values, filters: scan.filters, arguments: [:], now: now)
        self.scan = scan
        self.file = file
        location = try Self.path(of: file.location, scan.source, bindings, home: inputs("HOME"))
        columns = FileColumns(scan, file, bindings)
        secrets = Secrets(scan.source, inputs: values, redaction: redaction)
    }

    /// The description for `EXPLAIN`.
    var text: String { secrets.mask("read \(location)/\(file.glob)") }

    private static func path(
        of template: Template, _ source: SourceSpec, _ bindings: Bindings, home: String?
    ) throws(SourceError) -> String {
        let written = try ScanPlan.text(of: template, bindings, source, "the location")
        if written.hasPrefix("s3://") { throw ScanPlan.unsupported(source, "reads files from S3") }
        let path: String
        if written.hasPrefix("file://~/") {
            guard let home, home.hasPrefix("/") else { throw ScanPlan.notConfigured(source, ["HOME"]) }
            path = home + "/" + (PercentEncoding.decode(String(written.dropFirst("file://~/".count))) ?? "")
        } else {
            let local = written.hasPrefix("file://localhost/") ? "file://localhost".count : "file://".count
            path = PercentEncoding.decode(String(written.dropFirst(local))) ?? ""
            guard written.hasPrefix("file://"), path.hasPrefix("/") else {
                throw SourceError(
                    kind: .unsupported, source: source.name,
                    reason: "the location of its files is not a file:// URL with an absolute path.",
                    remedy: "Write it as file:///folder/ or file://~/folder/.")
            }
        }
        return "/" + path.split(separator: "/").joined(separator: "/")
    }

    // MARK: Errors

    func error(_ kind: SourceError.Kind, _ path: String, _ reason: String, _ remedy: String) -> SourceError {
        SourceError(
            kind: kind, source: source.name, request: secrets.mask("read \(path)"), reason: reason, remedy: remedy)
    }

    func error(_ fault: FileFault) -> SourceError {
        let path = secrets.mask(fault.path)
        let (kind, reason, remedy): (SourceError.Kind, String, String) =
            switch fault.code {
            case Self.permissionDenied:
                (.notAuthorised, "is not readable for this user", "Give the user that runs Sentinel read permission.")
            case Self.noSuchFile:
                (
                    .notFound, "does not exist",
                    "Correct the location of \(source.name).\(scan.table.name), or the input that it is built from."
                )
            default: (.unavailable, "could not be read: \(fault.reason)", "Check the file and its disk.")
            }
        return error(kind, fault.path, "\(path) \(reason).", remedy)
    }

    static let noSuchFile: Int32 = 2
    private static let permissionDenied: Int32 = 13
}
