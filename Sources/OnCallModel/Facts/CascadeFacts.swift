/// What an error cascade is judged by: a Sentry issue and the generations that rose with it. Costs are US dollars.
package struct CascadeFacts: ClassFacts, JSONRecord {
    package static let type = DetectionType.errorCascade

    /// What ties an issue to the generations that rose with it, the strongest first.
    package enum Link: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case trace, release, environment, time
    }

    package var title = ""
    /// Events of the issue since its rise, and how many were to be expected.
    package var events = 0
    package var eventsExpected = 0.0
    package var isNew = false
    /// How long it has been rising.
    package var minutes = 0.0
    /// In the same time, and in as much time before.
    package var generations = 0
    package var generationsBefore = 0
    /// Nil where there were none before.
    package var generationsRatio: Double?
    package var generationsDayBefore: Double?
    package var link: Link?
    package var attributedGenerations = 0
    /// Of the attributed generations.
    package var cost = 0.0
    /// The setting that ``cost`` exceeds.
    package var costThreshold = 0.0
    /// At most 20 of the traces that its events name.
    package var traces: [String] = []
    package var tracedGenerations = 0
    package var tracedCost = 0.0
    package var release: String?
    package var environment: String?

    package init() {}

    package var quotes: [String] { title.isEmpty ? [] : [title] }

    package static let members: [JSONMember<CascadeFacts>] = [
        .init("title", \.title), .init("events", \.events), .init("events_expected", \.eventsExpected),
        .init("is_new", \.isNew), .init("minutes", \.minutes), .init("generations", \.generations),
        .init("generations_before", \.generationsBefore), .init("generations_ratio", \.generationsRatio),
        .init("generations_day_before", \.generationsDayBefore), .init("link", \.link),
        .init("attributed_generations", \.attributedGenerations), .init("cost", \.cost),
        .init("cost_threshold", \.costThreshold), .init("traces", \.traces),
        .init("traced_generations", \.tracedGenerations), .init("traced_cost", \.tracedCost),
        .init("release", \.release), .init("environment", \.environment),
    ]
}
