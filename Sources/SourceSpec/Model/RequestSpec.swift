package import Basics

package struct RequestSpec: Hashable, Sendable {
    package enum Method: String, CaseIterable, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package enum Body: Hashable, Sendable {
        case json([BodyField])
        case text(ValueSource)
    }

    package struct BodyField: Hashable, Sendable {
        package var path: [String]
        /// The field is sent only when this argument is given.
        package var whenArgument: String?
        package var source: ValueSource

        package init(path: [String], whenArgument: String? = nil, source: ValueSource) {
            self.path = path
            self.whenArgument = whenArgument
            self.source = source
        }
    }

    package var method: Method
    /// Relative to the base URL. Substituted values are percent-encoded as one path segment.
    package var path: Template
    package var query: [ParameterSpec]
    package var headers: [ParameterSpec]
    package var body: Body?

    package init(
        method: Method = .get, path: Template, query: [ParameterSpec] = [], headers: [ParameterSpec] = [],
        body: Body? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

package struct RouteSpec: Hashable, Sendable {
    package var whenFilters: [String]
    package var request: RequestSpec

    package init(whenFilters: [String], request: RequestSpec) {
        self.whenFilters = whenFilters
        self.request = request
    }
}

/// A named value of a query string or a header. One whose source resolves to nothing is not sent.
package struct ParameterSpec: Hashable, Sendable {
    package var name: String
    package var explode: Bool
    package var source: ValueSource

    package init(name: String, explode: Bool = false, source: ValueSource) {
        self.name = name
        self.explode = explode
        self.source = source
    }
}

/// Where a value comes from (`from:`).
package indirect enum ValueSource: Hashable, Sendable {
    case literal(JSONValue)
    case template(Template)
    case oneOf([ValueSource])
    case filter(String, default: JSONValue?)
    case filterInt(String, default: JSONValue?)
    case filterBool(String, default: JSONValue?)
    case filterStringArray(String, default: JSONValue?)
    case filterSplit(String, separator: String, part: Int)
    case filterSplitInt(String, separator: String, part: Int)
    case argument(String, default: JSONValue?)
    case argumentInt(String, default: JSONValue?)
    case argumentBool(String, default: JSONValue?)
    case argumentSplit(String, separator: String, part: Int)
    case argumentSplitInt(String, separator: String, part: Int)
    /// An input of the manifest; the older dialect's `secret` and `variable` become inputs too.
    case input(String, default: JSONValue?)
    case bearer(String)
    case state(String)
    case nowEpochMinusSeconds(Int)
}

/// Text with placeholders: `{{input.SENTRY_ORG|acme}}`.
package struct Template: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        case placeholder(Placeholder)
    }

    package struct Placeholder: Hashable, Sendable {
        package enum Namespace: String, Hashable, Sendable {
            case input, filter, arg, state, expr
        }

        package var namespace: Namespace
        package var key: String
        package var defaultText: String?

        package init(namespace: Namespace, key: String, defaultText: String? = nil) {
            self.namespace = namespace
            self.key = key
            self.defaultText = defaultText
        }
    }

    package var parts: [Part]

    package init(parts: [Part]) {
        self.parts = parts
    }

    package init(literal text: String) {
        parts = text.isEmpty ? [] : [.text(text)]
    }
}

extension RequestSpec {
    /// Whether a value of the filter, or of a function's argument, goes out with the request.
    package func sends(_ filter: FilterSpec) -> Bool {
        let fields: [ValueSource] =
            switch body {
            case .json(let fields): fields.map(\.source)
            case .text(let source): [source]
            case nil: []
            }
        return path.names(filter)
            || (query.map(\.source) + headers.map(\.source) + fields).contains { $0.names(filter) }
    }
}

extension Template {
    fileprivate func names(_ filter: FilterSpec) -> Bool {
        parts.contains { part in
            guard case .placeholder(let placeholder) = part else { return false }
            return placeholder.namespace == .filter && placeholder.key == filter.name
                || placeholder.namespace == .arg && placeholder.key == filter.binding
        }
    }
}

extension ValueSource {
    fileprivate func names(_ filter: FilterSpec) -> Bool {
        switch self {
        case .template(let template): template.names(filter)
        case .oneOf(let sources): sources.contains { $0.names(filter) }
        case .filter(let name, _), .filterInt(let name, _), .filterBool(let name, _), .filterStringArray(let name, _),
            .filterSplit(let name, _, _), .filterSplitInt(let name, _, _):
            name == filter.name
        case .argument(let name, _), .argumentInt(let name, _), .argumentBool(let name, _),
            .argumentSplit(let name, _, _), .argumentSplitInt(let name, _, _):
            name == filter.binding
        case .literal, .input, .bearer, .state, .nowEpochMinusSeconds: false
        }
    }
}
