import Basics
import HTTPClient
import JSON
import SourceSpec

/// One scan with its route, the values of its inputs, and its compiled columns. Creating it makes no network calls.
struct ScanPlan: Sendable {
    let scan: Scan
    let backend: HTTPBackend
    let base: WebAddress
    /// The request path that `base` already contains.
    let basePath: String?
    let route: RequestSpec
    let pagination: PaginationSpec
    /// The requested page size.
    let pageSize: Int?
    let bindings: Bindings
    let secrets: Secrets
    /// Signs every request; nil if the authorisation is in the headers.
    let signature: AWSSignature?
    let mapper: RowMapper
    let timeout: Span

    var source: SourceSpec { scan.source }
    var qualifiedName: String { "\(scan.source.name).\(scan.table.name)" }

    /// The rate limit that counts its requests.
    var bucket: String { source.overlay.bucket(of: route.path.start) }

    /// The maximum rows of the scan.
    var rowCap: Int? { Self.rowCap(of: scan) }

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
            arguments: scan.filters.merging(bound, uniquingKeysWith: { $1 }), now: now,
            optionalVariables: scan.source.optionalVariables)
        secrets = Secrets(scan.source, inputs: values, redaction: redaction)
        route = Self.route(of: scan)
        pagination = Self.pagination(of: scan)
        pageSize = Self.pageSize(pagination, scan: scan)
        signature = try Self.signature(of: backend, scan.source, bindings)
        mapper = RowMapper(scan.table, bindings: bindings)
        let address = scan.source.overlay.baseURLInput.flatMap(inputs).flatMap { $0.isEmpty ? nil : $0 }
        base = try Self.base(of: scan.source, backend, bindings, address: address)
        basePath = address == nil ? nil : scan.source.overlay.baseURLPath
    }

    private static func httpBackend(of source: SourceSpec) throws(SourceError) -> HTTPBackend {
        switch source.backend {
        case .http(let backend): return backend
        case .file: throw unsupported(source, "reads files (backend: file)")
        case .mcp: throw unsupported(source, "uses MCP (backend: mcp)")
        case .clickHouse: throw unsupported(source, "is read from ClickHouse")
        }
    }

    /// The template's text; a missing input is the error that the source is not configured. `what` names the value.
    static func text(
        of template: Template, _ bindings: Bindings, _ source: SourceSpec, _ what: String
    ) throws(SourceError) -> String {
        do {
            return try bindings.text(of: template, at: .start)
        } catch {
            guard case .input(let key) = error else { throw notConfigured(source, [what]) }
            throw notConfigured(source, [key])
        }
    }

    static func unsupported(_ source: SourceSpec, _ what: String) -> SourceError {
        SourceError(
            kind: .unsupported, source: source.name, reason: "this source \(what), which Sentinel does not support.",
            remedy: "Set the engine to `coral` in settings.json to query it with the coral program.")
    }

    static func inputValues(
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
            remedy: "Set \(names) in the environment or .env.")
    }

    static func checkFilters(of scan: Scan) throws(SourceError) {
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
                    reason: "invalid value '\(text.prefix(60))' for \(filter.name) of \(table.name).",
                    remedy: "Use one of \(filter.allowedValues.joined(separator: ", ")).")
            }
        }
    }

    static func missingFilter(_ scan: Scan, _ name: String) -> SourceError {
        let isFunction = scan.source.functions.contains { $0.name == scan.table.name }
        return SourceError(
            kind: .missingFilter, source: scan.source.name,
            reason: "\(scan.source.name).\(scan.table.name) requires \(name).",
            remedy: isFunction ? "Pass `\(name) => '…'`." : "Add `WHERE \(name) = '…'`.")
    }

    static func route(of scan: Scan) -> RequestSpec {
        var request = scan.table.request(given: Set(scan.filters.keys))
        if let fallback = scan.fallback { request.path = fallback.path }
        return request
    }

    private static func pageSize(_ pagination: PaginationSpec, scan: Scan) -> Int? {
        guard let size = pagination.pageSize else { return nil }
        let parameters = (scan.fallback?.parameters ?? []) + scan.extraParameters
        let asked = parameters.first { $0.name == size.queryParameter }.flatMap { Int($0.value) } ?? size.defaultSize
        let search = scan.table.searchLimits
        let wanted = search == nil ? scan.rowLimit ?? asked : rowCap(of: scan) ?? asked
        return max(1, min(wanted, size.maximum, search?.maximumTopK ?? .max))
    }

    private static func rowCap(of scan: Scan) -> Int? {
        let asked = scan.rowLimit ?? scan.table.fetchLimitDefault
        guard let search = scan.table.searchLimits else { return asked }
        return min(asked ?? search.defaultTopK, search.maximumRows)
    }

    private static func pagination(of scan: Scan) -> PaginationSpec {
        var pagination = scan.fallback?.pagination ?? scan.table.pagination
        if let search = scan.table.searchLimits {
            pagination.maximumPages = min(pagination.maximumPages, search.maximumCalls)
        }
        return pagination
    }

    private static func signature(
        of backend: HTTPBackend, _ source: SourceSpec, _ bindings: Bindings
    ) throws(SourceError) -> AWSSignature? {
        guard case .awsSignature(let spec) = backend.auth else { return nil }
        func text(_ template: Template) throws(SourceError) -> String {
            try Self.text(of: template, bindings, source, "its keys")
        }
        let token = try spec.sessionToken.map(text)
        return AWSSignature(
            service: spec.service, region: try text(spec.region), accessKeyID: try text(spec.accessKeyID),
            secretAccessKey: try text(spec.secretAccessKey), sessionToken: token == "" ? nil : token)
    }

    private static func base(
        of source: SourceSpec, _ backend: HTTPBackend, _ bindings: Bindings, address: String?
    ) throws(SourceError) -> WebAddress {
        let written: String
        if let address {
            written = address
        } else {
            written = try text(of: backend.baseURL, bindings, source, "the address")
        }
        guard let base = WebAddress(written) else {
            let name = addressName(of: source, backend)
            throw SourceError(
                kind: .notConfigured, source: source.name, reason: "\(name) is not an http(s) URL.",
                remedy: "Set \(name) to a URL such as https://host/path.")
        }
        return base
    }

    /// The setting that holds a source's address.
    static func addressName(of source: SourceSpec, _ backend: HTTPBackend) -> String {
        if let name = source.overlay.baseURLInput { return name }
        for case .placeholder(let placeholder) in backend.baseURL.parts where placeholder.namespace == .input {
            return placeholder.key
        }
        return "base_url of sources/\(source.name)/manifest.yaml"
    }
}
