import Basics
import HTTPAPI
import TestSupport
import Testing

@Suite("Generated: the HTTP interface")
struct GeneratedAPITests {
    @Test("docs/openapi.json is the document that the agent serves")
    func openAPI() {
        let text = OpenAPI.document.prettyPrinted
        let difference = Golden.difference(text, at: "\(Repository.root)/docs/openapi.json")
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test("docs/API.md lists the routes")
    func document() {
        var text = """
            # The HTTP interface

            Generated from the routes. An agent listens on `SENTINEL_LISTEN` (default: `127.0.0.1:8000`; port 0 selects a free port).
            [openapi.json](openapi.json) has the parameters and the shapes of all answers; an agent serves it as `GET /api/openapi.json`.

            | route | needs | what it does |
            |---|---|---|

            """
        for route in API.routes {
            let query = route.query.map(\.name).joined(separator: "&")
            let path = query.isEmpty ? route.path : "\(route.path)?\(query)"
            text += "| `\(route.method.rawValue) \(path)` | \(need(route.access)) | \(route.summary) |\n"
        }
        text += Self.rules
        let difference = Golden.difference(text, at: "\(Repository.root)/docs/API.md")
        #expect(difference == nil, "\(difference ?? "")")
    }

    private func need(_ access: Route.Access) -> String {
        switch access {
        case .open: ""
        case .local: "token, beyond loopback"
        case .token: "token"
        case .tokenOrPagerDuty: "token, or PagerDuty's signature"
        case .slack: "Slack's signature"
        }
    }

    private static let rules = """

        ## Token

        The token lies in the file `api-token` beside the store, mode 0600, and is created at the first start of an agent. Send it as
        `Authorization: Bearer TOKEN`. To replace it, remove the file and restart the agent. A change has the Unix user who owns the file as
        its author: `alice@host (api)`.

            curl -H "Authorization: Bearer $(cat ~/.local/state/sentinel/api-token)" http://127.0.0.1:8000/api/incidents

        ## Answers

        Bodies are JSON, in the form of `--format json` of the commands. Times are UTC, ISO 8601. An error is `{"error": "…"}` with one sentence
        that says what to do: 400 invalid parameter or body, 401 no valid token, 403 the token's file is not private, 404 unknown, 405 other
        method, 409 refused, 413 body above 1 MiB, 503 store not readable, 504 the agent did not answer within 4 s.

        A decision on a request (`approve`, `reject`) may send the `fingerprint` that was shown, as `{"seen": "…"}`: a request that has
        changed since is refused. Of several decisions the first counts; the others get 409 with who was first.

        The routes without a token are for this machine: `Host` and `Origin` are checked, and `SENTINEL_HOSTS` lists further names.

        ## Monitoring

        `GET /healthz` answers 503 with `reasons` when no scan has succeeded for three intervals (`on_call_minutes`, at least 15 minutes) or when
        the store cannot be read. `GET /metrics` is for Prometheus:

            scrape_configs:
              - job_name: sentinel
                static_configs: [{targets: ["127.0.0.1:8000"]}]

        ## Alerts of other systems

        `POST /api/alerts` takes the webhooks of Alertmanager (version 4) and PagerDuty (v3). Set `PAGERDUTY_WEBHOOK_SECRET` to the secret of
        PagerDuty's webhook subscription. In Alertmanager:

            receivers:
              - name: sentinel
                webhook_configs:
                  - url: http://127.0.0.1:8000/api/alerts
                    http_config: {authorization: {credentials_file: /home/me/.local/state/sentinel/api-token}}

        Each alert is stored once, the latest 2000 for 30 days. One that fired in the hour before an incident or during it is noted in its
        timeline and in the report of its investigation.

        """
}
