package import Basics

/// What a Datadog organisation of the sandbox holds, in any order; the API sorts it.
package struct DatadogAccount: Hashable, Sendable {
    package var monitors: [Monitor] = []
    package var logs: [LogLine] = []
    package var spans: [APMSpan] = []
    package var events: [Event] = []
    package var series: [Series] = []
    package var incidents: [Incident] = []
    package var hosts: [Host] = []

    package struct Monitor: Hashable, Sendable {
        package var id: Int
        package var name: String
        package var type = "query alert"
        package var query: String
        package var message = ""
        /// `OK`, `Alert`, `Warn`, `No Data`, …
        package var state = "OK"
        package var tags: [String] = []
        package var priority: Int?
        package var critical: Double = 1
        package var created: Instant
        package var stateChanged: Instant?
    }

    package struct LogLine: Hashable, Sendable {
        package var id: String
        package var time: Instant
        package var service: String
        package var status = "info"
        package var message: String
        package var tags: [String] = []
        package var attributes: JSONValue = [:]
    }

    /// A span of APM. Trace and span ids are decimal numbers of 64 bits as text; every span is a root.
    package struct APMSpan: Hashable, Sendable {
        package var id: String
        package var traceID: String
        package var spanID: String
        package var service: String
        package var operation: String
        package var resource: String
        package var start: Instant
        package var length: Span
        package var isError = false
    }

    package struct Event: Hashable, Sendable {
        package var id: String
        package var time: Instant
        package var title: String
        package var text: String
        package var source = "alert"
        package var status = "info"
        package var tags: [String] = []
    }

    /// One metric of one set of tags.
    package struct Series: Hashable, Sendable {
        package struct Point: Hashable, Sendable {
            package var time: Instant
            /// Nil where nothing was reported.
            package var value: Double?

            package init(_ time: Instant, _ value: Double?) {
                (self.time, self.value) = (time, value)
            }
        }

        package var metric: String
        package var tags: [String] = []
        package var points: [Point]
        /// Seconds between two points.
        package var interval = 300
    }

    package struct Incident: Hashable, Sendable {
        package var id: String
        package var number: Int
        package var title: String
        /// `active`, `stable` or `resolved`.
        package var state = "active"
        package var severity = "UNKNOWN"
        package var created: Instant
        /// When it was created, where nil.
        package var modified: Instant?
        package var resolved: Instant?
    }

    package struct Host: Hashable, Sendable {
        package var id: Int
        package var name: String
        package var tags: [String] = []
        package var lastReported: Instant
    }
}
