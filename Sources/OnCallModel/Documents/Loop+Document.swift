package import Basics

extension LoopItem {
    package var json: JSONValue {
        [
            "id": .integer(id), "trace": .string(loop.traceID), "agent": .string(loop.agent),
            "generations": JSONValue(loop.generations), "cost": .number(loop.cost),
            "cost_per_minute": .number(loop.costPerMinute), "pattern": .string(loop.pattern),
            "status": .string(status.rawValue), "kill_method": JSONValue(killMethod),
            "incident": incident.map { .integer($0) } ?? .null, "request": request.map { .integer($0) } ?? .null,
            "first_seen": JSONValue(loop.firstSeen), "last_seen": JSONValue(loop.lastSeen), "as_of": JSONValue(asOf),
        ]
    }
}
