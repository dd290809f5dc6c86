import Basics
import IncidentStore
import OnCallModel
import WebServer

extension API {
    static let approvals: [Route] = [
        Route(
            method: .get, path: "/api/approvals", summary: "Requests, the pending ones first",
            query: [
                .limit(50),
                .init(
                    name: "status", schema: .choice(of: ApprovalStatus.self), meaning: "Only requests with this status."
                ),
            ],
            answer: .list(.approval),
            handler: .read { store, request in
                let (limit, status) = try (request.limit(50), request.choice("status") as ApprovalStatus?)
                let all = try store.approvals(limit: status == nil ? limit : 100_000)
                return .array(all.filter { (status ?? $0.status) == $0.status }.prefix(limit).map(\.json))
            }),
        Route(
            method: .get, path: "/api/approvals/stats", summary: "How requests were decided",
            answer: .object(
                .of([
                    "pending": .integer, "approved": .integer, "rejected": .integer, "expired": .integer,
                    "avg_resolution_minutes": .nullable(.number),
                ])),
            handler: .read { store, _ in
                let stats = try store.approvalStats()
                let counts = ApprovalStatus.allCases.map {
                    JSONValue.Member($0.rawValue, JSONValue(stats.counts[$0] ?? 0))
                }
                return .object(counts + [.init("avg_resolution_minutes", JSONValue(stats.meanMinutes))])
            }),
        Route(
            method: .get, path: "/api/approvals/{id}", summary: "A request with the calls that it would send",
            answer: .approval, others: [404: "The request does not exist."],
            handler: .read { store, request in try item(request.id(), store).json }),
        decision("approve", "Approve a request") { .approve(request: $0, seen: $1) },
        decision("reject", "Reject a request") { id, _ in .reject(request: id) },
    ]

    private static let decided = Schema.object(.of(["answer": .string, "approval": .approval]))

    /// `seen` guards against a request that changed since it was shown. Without it, the request counts as it is now.
    private static func decision(
        _ verb: String, _ summary: String, intent: @escaping @Sendable (Int64, Fingerprint) -> Intent
    ) -> Route {
        Route(
            method: .post, path: "/api/approvals/{id}/\(verb)", summary: summary,
            body: .object(.optional(["seen": .string])), isBodyRequired: false, answer: decided,
            others: [
                404: "The request does not exist.", 409: "Refused; `error` says why, or who was first.",
                504: "The agent did not answer within 4 s.",
            ],
            handler: .respond { api, request in
                let id = try request.id()
                let body = try request.body()
                guard let members = body.members, members.allSatisfy({ $0.name == "seen" }) else {
                    throw APIRefusal.badRequest(#"The body must be an object like {"seen": "FINGERPRINT"}."#)
                }
                if let seen = body["seen"], seen.string == nil { throw APIRefusal.badRequest("seen must be a text.") }
                let item = try await api.reader.read(StoreQuery<ApprovalItem> { try Self.item(id, $0) })
                let seen = body["seen"]?.string.map(Fingerprint.init(stored:)) ?? item.fingerprint
                let answer = try await api.ask(intent(id, seen))
                let decided = try await api.reader.read(StoreQuery<ApprovalItem> { try Self.item(id, $0) })
                return Self.response(answer, adding: ["approval": decided.json])
            })
    }

    private static func item(_ id: Int64, _ store: StoreSnapshot) throws -> ApprovalItem {
        guard let item = try store.approval(id) else { throw APIRefusal.notFound("Request \(id) does not exist.") }
        return item
    }
}
