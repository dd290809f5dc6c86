import Basics
import JSON

/// The result of an expression: a place in the parsed page, or a computed value.
enum Extract {
    case nothing
    case view(JSONView)
    case value(JSONValue)

    init(_ view: JSONView?) {
        self = view.map { $0.isNull ? .nothing : .view($0) } ?? .nothing
    }

    var isNothing: Bool {
        switch self {
        case .nothing: true
        case .view(let view): view.isNull
        case .value(let value): value.isNull
        }
    }

    var json: JSONValue {
        switch self {
        case .nothing: .null
        case .view(let view): view.value
        case .value(let value): value
        }
    }

    /// The text of a value, as Coral writes it; nil for null.
    var text: String? {
        switch self {
        case .nothing: nil
        case .view(let view): view.isNull ? nil : view.string ?? Bindings.text(of: view.value)
        case .value(let value): value.isNull ? nil : Bindings.text(of: value)
        }
    }
}

/// One element of a response that becomes a row: a value of the page, and members added by the row strategy.
struct RowElement {
    let view: JSONView
    /// `_key` of a dictionary's entry, or all members of a point of a series. They replace members of the same name.
    var added: [(key: JSONKey, value: Extract)] = []
    /// The row has only the added members.
    var isMade = false

    subscript(key: JSONKey) -> Extract {
        if !added.isEmpty, let own = added.first(where: { $0.key == key }) { return own.value }
        return isMade ? .nothing : Extract(view[key])
    }

    /// The whole row as JSON.
    var json: JSONValue {
        guard !added.isEmpty else { return view.value }
        let own =
            isMade ? [] : (view.members.map { $0.map { JSONValue.Member($0.name.string ?? "", $0.value.value) } } ?? [])
        let names = Set(added.map(\.key.name))
        return .object(
            own.filter { !names.contains($0.name) } + added.map { JSONValue.Member($0.key.name, $0.value.json) })
    }
}
