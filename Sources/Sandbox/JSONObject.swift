import Basics

/// A value that `object(…)` takes as it is.
protocol JSONWritable {
    var json: JSONValue { get }
}

extension JSONValue: JSONWritable { var json: JSONValue { self } }
extension String: JSONWritable { var json: JSONValue { .string(self) } }
extension Int: JSONWritable { var json: JSONValue { .integer(Int64(self)) } }
extension Int64: JSONWritable { var json: JSONValue { .integer(self) } }
extension Double: JSONWritable { var json: JSONValue { .number(self) } }
extension Bool: JSONWritable { var json: JSONValue { .bool(self) } }
extension Instant: JSONWritable { var json: JSONValue { .string(iso8601) } }
extension Array: JSONWritable where Element: JSONWritable { var json: JSONValue { .array(map(\.json)) } }

/// Writes JSON objects as calls, with the names of the members as labels: `object(id: 3, name: name, parent: nil)`. Nil is null.
@dynamicCallable
struct JSONObject {
    func dynamicallyCall(withKeywordArguments members: KeyValuePairs<String, (any JSONWritable)?>) -> JSONValue {
        .object(members.map { JSONValue.Member($0.key, $0.value?.json ?? .null) })
    }
}

let object = JSONObject()
let emptyList = JSONValue.array([])
