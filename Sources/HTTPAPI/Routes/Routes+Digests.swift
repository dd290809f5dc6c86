import Basics
import IncidentStore
import OnCallModel
import WebServer

extension API {
    static let digests: [Route] = [
        Route(
            method: .get, path: "/api/digest/latest", summary: "The latest weekly digest", answer: .digest,
            others: [404: "No digest has been made."],
            handler: .read { store, _ in
                guard let digest = try store.digests(limit: 1).first else {
                    throw APIRefusal.notFound("No digest has been made.")
                }
                return digest.json
            }),
        Route(
            method: .get, path: "/api/digest/history", summary: "The weekly digests, the latest week first",
            query: [.limit(20)], answer: .list(.listedDigest),
            handler: .read { store, request in .array(try store.digests(limit: request.limit(20)).map(\.listed)) }),
    ]
}
