package import Basics

extension CausalGraph {
    package var json: JSONValue {
        [
            "nodes": .array(nodes.map(\.json)), "edges": .array(edges.map(\.json)),
            "gaps": .array(gaps.map(JSONValue.string)),
        ]
    }

    /// Nil if the document has another form. Nodes and edges of unknown kinds are skipped.
    package init?(json: JSONValue) {
        guard let nodes = json["nodes"]?.array, let edges = json["edges"]?.array else { return nil }
        self.init(
            nodes: nodes.compactMap(Node.init(json:)), edges: edges.compactMap(Edge.init(json:)),
            gaps: (json["gaps"]?.array ?? []).compactMap(\.string))
    }
}

extension CausalGraph.Node {
    fileprivate var json: JSONValue {
        .fields([
            "id": .string(id), "kind": .string(kind.rawValue), "label": .string(label), "at": JSONValue(at),
            "end": end.map { JSONValue($0) }, "cost": cost.map(JSONValue.number), "trouble": .bool(isTrouble),
            "url": url.isEmpty ? nil : .string(url),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let id = json["id"]?.string, let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let at = json["at"]?.string.flatMap({ Instant(iso8601: $0) })
        else { return nil }
        self.init(
            id: id, kind: kind, label: json["label"]?.string ?? "", at: at,
            end: json["end"]?.string.flatMap { Instant(iso8601: $0) }, cost: json["cost"]?.double,
            isTrouble: json["trouble"]?.bool ?? false, url: json["url"]?.string ?? "")
    }
}

extension CausalGraph.Edge {
    fileprivate var json: JSONValue {
        [
            "from": .string(from), "to": .string(to), "kind": .string(kind.rawValue), "reason": .string(reason),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let from = json["from"]?.string, let to = json["to"]?.string,
            let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:))
        else { return nil }
        self.init(from: from, to: to, kind: kind, reason: json["reason"]?.string ?? "")
    }
}

extension TraceTree {
    package var json: JSONValue {
        [
            "trace": .string(traceID), "name": .string(name), "as_of": JSONValue(asOf), "cost": .number(cost),
            "errors": JSONValue(errors), "steps": .array(steps.map(\.json)),
            "gaps": .array(gaps.map(JSONValue.string)),
        ]
    }

    /// Nil where the document is none of ours.
    package init?(json: JSONValue) {
        guard let trace = json["trace"]?.string, let steps = json["steps"]?.array,
            let asOf = json["as_of"]?.string.flatMap({ Instant(iso8601: $0) })
        else { return nil }
        self.init(
            traceID: trace, name: json["name"]?.string ?? "", steps: steps.compactMap(Step.init(json:)), asOf: asOf,
            gaps: (json["gaps"]?.array ?? []).compactMap(\.string))
    }
}

extension TraceTree.Step {
    fileprivate var json: JSONValue {
        .fields([
            "id": .string(id), "parent": parent.map(JSONValue.string), "type": .string(type), "name": .string(name),
            "model": model.isEmpty ? nil : .string(model), "start": JSONValue(start),
            "end": end.map { JSONValue($0) }, "cost": .number(cost), "level": .string(level),
            "message": message.isEmpty ? nil : .string(message), "tokens": JSONValue(tokens),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let id = json["id"]?.string, let start = json["start"]?.string.flatMap({ Instant(iso8601: $0) })
        else { return nil }
        self.init(
            id: id, parent: json["parent"]?.string, type: json["type"]?.string ?? "",
            name: json["name"]?.string ?? "", model: json["model"]?.string ?? "", start: start,
            end: json["end"]?.string.flatMap { Instant(iso8601: $0) }, cost: json["cost"]?.double ?? 0,
            level: json["level"]?.string ?? "", message: json["message"]?.string ?? "",
            tokens: json["tokens"]?.int ?? 0)
    }
}

extension NoCodeCause {
    package var json: JSONValue {
        ["score": .number(score), "why": .array(why.map(JSONValue.string))]
    }

    package init?(json: JSONValue) {
        guard let score = json["score"]?.double else { return nil }
        self.init(score: score, why: (json["why"]?.array ?? []).compactMap(\.string))
    }
}

extension TimelineEntry {
    package var json: JSONValue {
        ["at": JSONValue(at), "author": .string(author), "event": .string(event)]
    }
}
