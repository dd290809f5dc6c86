import Basics
import IncidentStore
import OnCallModel
import WebServer

extension API {
    static let quality: [Route] = [
        Route(
            method: .get, path: "/api/quality/snapshots", summary: "The features whose outputs are checked",
            answer: .list(.feature),
            handler: .read { store, _ in .array(try store.features().map(\.json)) }),
        Route(
            method: .get, path: "/api/quality/drift", summary: "Changes of outputs and scores, the latest first",
            query: [.limit(50)], answer: .list(.drift),
            handler: .read { store, request in .array(try store.driftEvents(limit: request.limit(50)).map(\.json)) }),
        Route(
            method: .get, path: "/api/quality/feature/{name}/validation", summary: "The check of a feature's outputs",
            answer: .featureDetail, others: [404: "No outputs are recorded for the feature."],
            handler: .read { store, request in
                let name = request.text("name")
                guard let feature = try store.feature(name) else {
                    throw APIRefusal.notFound("No outputs are recorded for this feature.")
                }
                return feature.json(with: try store.snapshotVersions(of: name))
            }),
        Route(
            method: .post, path: "/api/quality/scan", summary: "Check the outputs of all features now",
            answer: .object(.of(["answer": .string, "status": .choice(["scan_started"])])),
            others: [409: "Refused; `error` says why.", 504: "The agent did not answer within 4 s."],
            handler: .respond { api, _ in
                let answer = try await api.ask(.patrol)
                return Self.response(answer, adding: answer.isRefused ? [:] : ["status": "scan_started"])
            }),
    ]
}
