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
    }

    package var method = Method.get
    /// Relative to the base URL. Substituted values are percent-encoded as one path segment.
    package var path: Template
    package var query: [ParameterSpec] = []
    package var headers: [ParameterSpec] = []
    package var body: Body?
}

package struct RouteSpec: Hashable, Sendable {
    package var whenFilters: [String]
    package var request: RequestSpec
}

/// A named value of a query string or a header. It is not sent if its source has no value.
package struct ParameterSpec: Hashable, Sendable {
    package var name: String
    package var explode = false
    package var source: ValueSource
}

/// The origin of a value (`from:`).
package indirect enum ValueSource: Hashable, Sendable {
    case literal(JSONValue)
    case template(Template)
    case oneOf([ValueSource])
    case given(Given, as: Shape = .plain, default: JSONValue? = nil)
    /// An input of the manifest; the older dialect's `secret` and `variable` become inputs too.
    case input(String, default: JSONValue?)
    case bearer(String)
    case state(String)
    case nowEpochMinusSeconds(Int)

    /// Which of the values that a statement gives, by name.
    package enum Given: Hashable, Sendable {
        case filter(String)
        case argument(String)
    }

    package enum Shape: Hashable, Sendable {
        case plain, integer, bool, strings
        /// One of the pieces between separators, counted from 0.
        case piece(separator: String, part: Int, isInteger: Bool = false)
    }
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
    }

    package var parts: [Part]

    package init(parts: [Part]) {
        self.parts = parts
    }

    /// The text before the first placeholder.
    package var start: String {
        if case .text(let text)? = parts.first { text } else { "" }
    }

    package init(literal text: String) {
        parts = text.isEmpty ? [] : [.text(text)]
    }
}

extension RequestSpec {
    package init(path: Template) { self.init(method: .get, path: path) }

    /// Whether a value of the filter, or of a function's argument, is part of the request.
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
        case .given(.filter(let name), _, _): name == filter.name
        case .given(.argument(let name), _, _): name == filter.binding
        case .literal, .input, .bearer, .state, .nowEpochMinusSeconds: false
        }
    }
}
