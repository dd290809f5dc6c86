import Basics
import HTTPClient
import JSON
import SourceSpec

/// One scan made ready: the route chosen, the inputs found, the columns compiled. Making it asks nothing of the network.
struct ScanPlan: Sendable {
    let scan: Scan
    let backend: HTTPBackend
    let base: WebAddress
    /// The request path that `base` already is, where the user gave the address of that path.
    let basePath: String?
    let route: RequestSpec
    let pagination: PaginationSpec
    /// The size that every page is asked for.
    let pageSize: Int?
    let bindings: Bindings
    let secrets: Secrets
    let mapper: RowMapper
    let timeout: Span

    var source: SourceSpec { scan.source }
    var qualifiedName: String { "\(scan.source.name).\(scan.table.name)" }

    /// The most rows that the scan may take.
    var rowCap: Int? { scan.rowLimit ?? scan.table.fetchLimitDefault }

    /// - Throws: ``SourceError`` of kind `notConfigured`, `missingFilter` or `unsupported`.
    init(
        _ scan: Scan, inputs: (String) -> String?, now: Instant, redaction: Redaction, timeout: Span
    ) throws(SourceError) {
        self.scan = scan
        self.timeout = timeout
        backend = try Self.httpBackend(of: scan.source)
        let values = try Self.inputValues(of: scan.source, inputs)
        try Self.checkFilters(of: scan)
        let bound = scan.table.filters.compactMap { filter in
            scan.filters[filter.name].map { (filter.binding, $0) }
        }
        bindings = Bindings(
            inputs: values, filters: scan.filters,
            arguments: scan.filters.merging(bound, uniquingKeysWith: { $1 }), now: now)
        secrets = Secrets(scan.source, inputs: values, redaction: redaction)
        route = Self.route(of: scan)
        pagination = scan.fallback?.pagination ?? scan.table.pagination
        pageSize = Self.pageSize(pagination, scan: scan)
        mapper = RowMapper(scan.table, bindings: bindings)
        let address = scan.source.overlay.baseURLInput.flatMap(inputs).flatMap { $0.isEmpty ? nil : $0 }
        base = try Self.base(of: scan.source, backend, bindings, address: address)
        basePath = address == nil ? nil : scan.source.overlay.baseURLPath
    }

    private static func httpBackend(of source: SourceSpec) throws(SourceError) -> HTTPBackend {
        switch source.backend {
        case .http(let backend):
            if case .awsSignature = backend.auth {
                throw unsupported(source, "signs its requests for AWS (aws_sigv4)")
            }
            return backend
        case .file: throw unsupported(source, "reads files (backend: file)")
        case .mcp: throw unsupported(source, "speaks MCP (backend: mcp)")
        case .clickHouse: throw unsupported(source, "is read from ClickHouse")
        }
    }

    private static func unsupported(_ source: SourceSpec, _ what: String) -> SourceError {
        SourceError(
            kind: .unsupported, source: source.name, reason: "this source \(what), which Sentinel does not carry out.",
            remedy: "Set the engine to `coral` in settings.json to query it with the coral program.")
    }

    private static func inputValues(
        of source: SourceSpec, _ inputs: (String) -> String?
    ) throws(SourceError) -> [String: String] {
        let missing = source.missingInputs(inputs)
        guard missing.isEmpty else { throw notConfigured(source, missing) }
        return source.inputValues(inputs)
    }

    static func notConfigured(_ source: SourceSpec, _ missing: [String]) -> SourceError {
        let names = missing.joined(separator: ", ")
        return SourceError(
            kind: .notConfigured, source: source.name,
            reason: "not configured: \(names) \(missing.count == 1 ? "is" : "are") not set.",
            remedy: "Set \(names) in the environment or in .env.")
    }

    private static func checkFilters(of scan: Scan) throws(SourceError) {
        let table = scan.table
        for filter in table.filters {
            let value = scan.filters[filter.name]
            if value == nil || value == .null || value == .text("") {
                if filter.isRequired { throw missingFilter(scan, filter.name) }
            } else if let text = value.map({ Bindings.text(of: JSONValue($0)) }), !filter.allowedValues.isEmpty,
                !filter.allowedValues.contains(text)
            {
                throw SourceError(
                    kind: .missingFilter, source: scan.source.name,
                    reason: "\(table.name) does not know \(filter.name) = '\(text.prefix(60))'.",
                    remedy: "Use one of \(filter.allowedValues.joined(separator: ", ")).")
            }
        }
    }

    static func missingFilter(_ scan: Scan, _ name: String) -> SourceError {
        let isFunction = scan.source.functions.contains { $0.name == scan.table.name }
        return SourceError(
            kind: .missingFilter, source: scan.source.name,
            reason: "\(scan.source.name).\(scan.table.name) cannot be read without \(name).",
            remedy: isFunction ? "Pass `\(name) => '…'`." : "Add `WHERE \(name) = '…'`.")
    }

    private static func route(of scan: Scan) -> RequestSpec {
        var request = scan.table.request(given: Set(scan.filters.keys))
        if let fallback = scan.fallback { request.path = fallback.path }
        return request
    }

    private static func pageSize(_ pagination: PaginationSpec, scan: Scan) -> Int? {
        guard let size = pagination.pageSize else { return nil }
        let parameters = (scan.fallback?.parameters ?? []) + scan.extraParameters
        let asked = parameters.first { $0.name == size.queryParameter }.flatMap { Int($0.value) } ?? size.defaultSize
        return max(1, min(scan.rowLimit ?? asked, size.maximum))
    }

    private static func base(
        of source: SourceSpec, _ backend: HTTPBackend, _ bindings: Bindings, address: String?
    ) throws(SourceError) -> WebAddress {
        let written: String
        do throws(Bindings.Gap) {
            if let address { written = address } else { written = try bindings.text(of: backend.baseURL, at: .start) }
        } catch {
            guard case .input(let key) = error else { throw notConfigured(source, ["the address"]) }
            throw notConfigured(source, [key])
        }
        guard let base = WebAddress(written) else {
            let name = addressName(of: source, backend)
            throw SourceError(
                kind: .notConfigured, source: source.name, reason: "\(name) is no http or https address.",
                remedy: "Set \(name) to an address such as https://host/path.")
        }
        return base
    }

    /// The setting that holds a source's address.
    static func addressName(of source: SourceSpec, _ backend: HTTPBackend) -> String {
        if let name = source.overlay.baseURLInput { return name }
        for case .hole(let hole) in backend.baseURL.parts where hole.namespace == .input { return hole.key }
        return "base_url of sources/\(source.name)/manifest.yaml"
    }
}
