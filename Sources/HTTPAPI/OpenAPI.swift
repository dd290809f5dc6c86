package import Basics

/// The OpenAPI 3.1 document of all routes.
package enum OpenAPI {
    package static let document: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "Sentinel", "version": "1",
            "description":
                "The HTTP interface of a Sentinel agent. It listens on SENTINEL_LISTEN, by default 127.0.0.1:8000.",
        ],
        "servers": [["url": "http://127.0.0.1:8000"]],
        "paths": .object(paths),
        "components": [
            "schemas": .object(schemas), "securitySchemes": securitySchemes,
        ],
    ]

    private static var paths: [JSONValue.Member] {
        var paths: [JSONValue.Member] = []
        for route in API.routes {
            let operation = JSONValue.Member(route.method.rawValue.lowercased(), operation(route))
            if let place = paths.firstIndex(where: { $0.name == route.path }) {
                paths[place].value = paths[place].value.adding(.object([operation]))
            } else {
                paths.append(.init(route.path, .object([operation])))
            }
        }
        return paths
    }

    private static func operation(_ route: Route) -> JSONValue {
        .fields([
            "operationId": .string(identifier(route)), "summary": .string(route.summary), "security": security(route),
            "parameters": parameters(route),
            "requestBody": route.body.map { schema in
                [
                    "required": .bool(route.isBodyRequired),
                    "content": ["application/json": ["schema": schema.json]],
                ]
            },
            "responses": responses(route),
        ])
    }

    /// `getApiIncidentsId`.
    private static func identifier(_ route: Route) -> String {
        let words = route.path.split { !$0.isLetter && !$0.isNumber }
        return route.method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func parameters(_ route: Route) -> JSONValue? {
        let inPath = route.names.map { name -> JSONValue in
            let isNumber = name == "id" && !route.path.contains("/trace/")
            return [
                "name": .string(name), "in": "path", "required": true,
                "schema": (isNumber ? Schema.integer : .string).json,
            ]
        }
        let inQuery = route.query.map { parameter -> JSONValue in
            [
                "name": .string(parameter.name), "in": "query", "required": .bool(parameter.isRequired),
                "description": .string(parameter.meaning), "schema": parameter.schema.json,
            ]
        }
        return inPath.isEmpty && inQuery.isEmpty ? nil : .array(inPath + inQuery)
    }

    private static func responses(_ route: Route) -> JSONValue {
        let content: KeyValuePairs<String, Schema> = [route.contentType: route.answer ?? .string]
        var list: [JSONValue.Member] = [.init("200", response("OK", content))]
        if !(route.query.isEmpty && route.names.isEmpty && route.body == nil),
            route.others.allSatisfy({ $0.key != 400 })
        {
            list.append(.init("400", response("A parameter or the body is invalid.", error)))
        }
        switch route.access {
        case .open: break
        case .local, .token, .tokenOrPagerDuty:
            list.append(.init("401", response("The token is missing or wrong.", error)))
            list.append(.init("403", response("The token's file cannot be used.", error)))
        case .slack: list.append(.init("401", response("The signature is invalid, old or was seen before.", error)))
        }
        for (status, meaning) in route.others {
            list.append(
                .init("\(status)", response(meaning, status == 304 ? [:] : status == 503 ? body(of: route) : error)))
        }
        return .object(list)
    }

    private static let error: KeyValuePairs<String, Schema> = ["application/json": .error]

    /// A route that answers 503 in the form of 200 says so by its own schema.
    private static func body(of route: Route) -> KeyValuePairs<String, Schema> {
        route.answer.map { ["application/json": $0] } ?? error
    }

    private static func response(_ meaning: String, _ content: KeyValuePairs<String, Schema>) -> JSONValue {
        .fields([
            "description": .string(meaning),
            "content": content.isEmpty ? nil : .object(content.map { .init($0.key, ["schema": $0.value.json]) }),
        ])
    }

    private static func security(_ route: Route) -> JSONValue {
        switch route.access {
        case .open: []
        case .local: [[:], ["token": []]]
        case .token: [["token": []]]
        case .tokenOrPagerDuty: [["token": []], ["pagerduty": []]]
        case .slack: [["slack": []]]
        }
    }

    private static let securitySchemes: JSONValue = [
        "token": [
            "type": "http", "scheme": "bearer",
            "description": "The token in the file `api-token` beside the store.",
        ],
        "pagerduty": [
            "type": "apiKey", "in": "header", "name": "X-PagerDuty-Signature",
            "description": "`v1=` and the HMAC-SHA256 of the raw body with PAGERDUTY_WEBHOOK_SECRET.",
        ],
        "slack": [
            "type": "apiKey", "in": "header", "name": "X-Slack-Signature",
            "description": "Slack's signature with SLACK_SIGNING_SECRET.",
        ],
    ]

    private static var schemas: [JSONValue.Member] {
        let all = API.routes.flatMap { route in [route.answer, route.body].compactMap { $0 }.flatMap(\.definitions) }
        let named = Dictionary((all + Schema.error.definitions).map { ($0.name, $0.schema) }) { first, _ in first }
        return named.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
    }
}
