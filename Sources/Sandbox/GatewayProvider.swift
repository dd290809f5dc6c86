import Basics
import JSON
import WebServer

/// What lies between agents and models: LiteLLM's keys and LaunchDarkly's flags.
package struct SandboxGateways: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package var alias: String
        package var isBlocked = false

        package init(alias: String) {
            self.alias = alias
        }
    }

    /// By the hash of the key.
    package var keys: [String: Key] = [:]
    /// Whether it is on, by `project/flag/environment`.
    package var flags: [String: Bool] = [:]
    /// What writes changed at any provider, oldest first: `key blocked`. A write that changes nothing is not here.
    package var effects: [String] = []

    package init() {}
}

/// The proxy of LiteLLM at `/key/…` and LaunchDarkly at `/api/v2/flags/…`, on one address.
struct GatewayProvider: Sendable {
    static let adminKey = "sk-litellm-admin-sandbox"
    static let launchDarklyKey = "api-sandbox-launchdarkly-0001"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        request.path.hasPrefix("/key/") ? key(request) : flag(request)
    }

    // MARK: LiteLLM

    private func key(_ request: WebRequest) -> WebResponse {
        guard request.isBearer(Self.adminKey) else {
            return .json(object(error: object(message: "Authentication Error", code: "401") as JSONValue), status: 401)
        }
        let body = try? JSONDocument.parse(request.body)
        let hash = (request.method == "GET" ? request.stated("key") : body?["key"]?.string) ?? ""
        guard let key = world.read({ $0.gateways.keys[hash] }) else {
            return .json(object(error: object(message: "Key not found", code: "404") as JSONValue), status: 404)
        }
        switch (request.method, request.path) {
        case ("GET", "/key/info"):
            // A key that was never blocked has null.
            let blocked: JSONValue = key.isBlocked ? true : .null
            return .json(
                object(key: hash, info: object(key_alias: key.alias, blocked: blocked, spend: 12.5) as JSONValue))
        case ("POST", "/key/block"): return set(hash, isBlocked: true)
        case ("POST", "/key/unblock"): return set(hash, isBlocked: false)
        default: return .json(#"{"detail":"Not Found"}"#, status: 404)
        }
    }

    private func set(_ hash: String, isBlocked: Bool) -> WebResponse {
        world.change { state in
            guard state.gateways.keys[hash]?.isBlocked != isBlocked else { return }
            state.gateways.keys[hash]?.isBlocked = isBlocked
            state.gateways.effects.append(isBlocked ? "key blocked" : "key unblocked")
        }
        return .json(object(token: hash, blocked: isBlocked))
    }

    // MARK: LaunchDarkly

    private func flag(_ request: WebRequest) -> WebResponse {
        // Without a scheme word.
        guard request.header("authorization") == Self.launchDarklyKey else {
            return .json(#"{"message":"Invalid access token"}"#, status: 401)
        }
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count == 5, parts.starts(with: ["api", "v2", "flags"]) else {
            return .json(#"{"message":"Not found"}"#, status: 404)
        }
        let body = try? JSONDocument.parse(request.body)
        let environment = (request.method == "GET" ? request.stated("env") : body?["environmentKey"]?.string) ?? ""
        let name = "\(parts[3])/\(parts[4])/\(environment)"
        guard let isOn = world.read({ $0.gateways.flags[name] }) else {
            return .json(#"{"message":"Unknown feature flag key"}"#, status: 404)
        }
        switch request.method {
        case "GET": return answer(parts[4], environment, isOn)
        case "PATCH":
            guard request.header("content-type")?.contains("domain-model=launchdarkly.semanticpatch") == true,
                let kind = body?["instructions"]?[0]?["kind"]?.string, ["turnFlagOn", "turnFlagOff"].contains(kind)
            else { return .json(#"{"message":"Invalid semantic patch"}"#, status: 400) }
            let wanted = kind == "turnFlagOn"
            world.change { state in
                guard state.gateways.flags[name] != wanted else { return }
                state.gateways.flags[name] = wanted
                state.gateways.effects.append(wanted ? "flag on" : "flag off")
            }
            return answer(parts[4], environment, wanted)
        default: return .json(#"{"message":"Method not allowed"}"#, status: 405)
        }
    }

    private func answer(_ flag: String, _ environment: String, _ isOn: Bool) -> WebResponse {
        let environments: JSONValue = .object([.init(environment, object(on: isOn))])
        return .json(object(key: flag, kind: "boolean", environments: environments))
    }
}
