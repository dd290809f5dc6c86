package import Basics
package import HTTPClient
import OnCallModel

/// Tells a dead man's switch that Sentinel is alive, so that its silence raises an alarm elsewhere.
///
/// A URL gets a GET request, as healthchecks.io, Dead Man's Snitch and Uptime Kuma expect. PagerDuty gets an event with one
/// deduplication key (Events API v2), for a rule of Event Orchestration that expects it.
package struct Heartbeat: Sendable {
    private let url: String
    private let pagerDuty: (address: String, key: String)?
    private let host: String
    private let calls: ProviderCalls

    /// - Parameter variable: an environment variable. Nil if none asks for a heartbeat.
    package init?(
        http: HTTPClient, clock: WallClock, redaction: Redaction, host: String, _ variable: (String) -> String?
    ) {
        url = variable("SENTINEL_HEARTBEAT_URL") ?? ""
        let root = variable("PAGERDUTY_EVENTS_BASE_URL") ?? "https://events.pagerduty.com"
        pagerDuty = variable("SENTINEL_HEARTBEAT_PAGERDUTY_KEY").map { (root + "/v2/enqueue", $0) }
        guard !url.isEmpty || pagerDuty != nil else { return nil }
        self.host = host
        calls = ProviderCalls(http: http, clock: clock, text: OutgoingText(redaction: redaction))
    }

    /// - Returns: why it did not arrive, as a sentence; nil if it did.
    package func send(lastScan: Instant?) async -> String? {
        var faults: [String] = []
        for request in requests(lastScan: lastScan) {
            do throws(ActFault) {
                let response = try await calls.send(request, to: "The heartbeat's server", isRepeatable: true)
                if !(200..<300).contains(response.status) {
                    faults.append("The heartbeat's server returned \(response.status): check its address and key.")
                }
            } catch {
                faults.append(error.reason)
            }
        }
        return faults.isEmpty ? nil : faults.joined(separator: " ")
    }

    private func requests(lastScan: Instant?) -> [HTTPRequest] {
        var requests = url.isEmpty ? [] : [HTTPRequest(.get, url, timeout: .seconds(10), bodyLimit: 64 << 10)]
        if let (address, key) = pagerDuty {
            let event: JSONValue = [
                "routing_key": .string(key), "event_action": "trigger",
                "dedup_key": .string("sentinel-heartbeat-\(host)"),
                "payload": [
                    "summary": .string("Sentinel is alive; last successful scan \(lastScan?.iso8601Seconds ?? "none")"),
                    "source": .string(host), "severity": "info", "component": "sentinel-heartbeat",
                ],
            ]
            requests.append(
                HTTPRequest(
                    .post, address, headers: [.init("Content-Type", "application/json")],
                    body: Array(event.serialized.utf8), timeout: .seconds(10), bodyLimit: 64 << 10))
        }
        return requests
    }
}
