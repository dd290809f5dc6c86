package import Basics

extension SourceHealth {
    package var json: JSONValue {
        .fields([
            "state": .string(state.rawValue), "as_of": JSONValue(asOf), "calls": JSONValue(calls),
            "message": message.isEmpty ? nil : .string(message),
        ])
    }
}

extension DetectorHealth {
    package var json: JSONValue {
        ["state": .string(state.rawValue), "message": .string(message), "as_of": JSONValue(asOf)]
    }
}
