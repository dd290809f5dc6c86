/// A validated source, from `sources/<name>/manifest.yaml` (Coral's DSL, version 3) and its `overlay.yaml`.
///
/// Only ``ManifestParser`` creates one, so its values need no further checks.
package struct SourceSpec: Hashable, Sendable {
    package enum Backend: Hashable, Sendable {
        case http(HTTPBackend)
        /// The files of each table, by its name.
        case file([String: FileTableSpec])
        /// Read and validated, but not supported in a query.
        case mcp
        /// Langfuse's own store, read with SQL. Never in a manifest: the engine `clickhouse` sets it.
        case clickHouse
    }

    /// The SQL schema.
    package var name: String
    package var version: String
    package var description = ""
    package var inputs: [InputSpec] = []
    package var backend: Backend
    package var tables: [TableSpec] = []
    package var functions: [TableSpec] = []
    package var testQueries: [String] = []
    package var overlay = SourceOverlay()

    /// The inputs whose values must never be logged, stored or sent elsewhere.
    package var secretNames: [String] { inputs.filter { $0.kind == .secret }.map(\.key) }
}

extension SourceSpec {
    package init(name: String, version: String, backend: Backend, tables: [TableSpec]) {
        self.init(name: name, version: version, description: "", backend: backend, tables: tables)
    }
}

/// A value that the user supplies in an environment variable of the same name.
package struct InputSpec: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case variable, secret }

    package var key: String
    package var kind: Kind
    package var defaultValue: String?
    package var isRequired = true
    package var hint = ""
}

package struct HTTPBackend: Hashable, Sendable {
    package var baseURL: Template
    package var auth: AuthSpec = .none
    package var headers: [ParameterSpec] = []
    package var rateLimit: RateLimitSpec?
}

package enum AuthSpec: Hashable, Sendable {
    case none
    case headers([ParameterSpec])
    case basic(username: Template, password: Template)
    /// `CustomAuth` with `aws_sigv4`.
    case awsSignature(AWSSignatureSpec)
}

/// The parameters of AWS request signatures.
package struct AWSSignatureSpec: Hashable, Sendable {
    /// `logs`, for example; `s3` and `s3-outposts` have special rules.
    package var service: String
    package var region: Template
    package var accessKeyID: Template
    package var secretAccessKey: Template
    /// For temporary keys; not sent if empty.
    package var sessionToken: Template?
}

/// `rate_limit` of the manifest.
package struct RateLimitSpec: Hashable, Sendable {
    package var extraStatuses: [Int] = []
    package var retryAfterHeader = "Retry-After"
    package var remainingHeader: String?
    /// Its value is epoch seconds.
    package var resetHeader: String?
}
