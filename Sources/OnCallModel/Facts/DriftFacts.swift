package import Basics

/// What a drift is judged by: outputs that no longer fit their feature's snapshot, or a score that fell.
package enum DriftFacts: ClassFacts {
    case schema(SchemaDriftFacts)
    case score(ScoreDriftFacts)

    package static let type = DetectionType.promptDrift

    package init() { self = .schema(SchemaDriftFacts()) }

    /// Without a `kind` it is a drift of the schema.
    package init?(json: JSONValue) {
        self.init(json["kind"].flatMap(DriftEvent.Kind.init(json:)) ?? .schema, json: json)
    }

    package init(_ kind: DriftEvent.Kind, json: JSONValue) {
        self =
            switch kind {
            case .schema: .schema(SchemaDriftFacts(json: json) ?? SchemaDriftFacts())
            case .score: .score(ScoreDriftFacts(json: json) ?? ScoreDriftFacts())
            }
    }

    package var kind: DriftEvent.Kind {
        switch self {
        case .schema: .schema
        case .score: .score
        }
    }

    package var json: JSONValue {
        let facts =
            switch self {
            case .schema(let facts): facts.json
            case .score(let facts): facts.json
            }
        return .object([JSONValue.Member("kind", kind.json)] + (facts.members ?? []))
    }

    package var schema: SchemaDriftFacts? { if case .schema(let facts) = self { facts } else { nil } }
    package var score: ScoreDriftFacts? { if case .score(let facts) = self { facts } else { nil } }
}

/// Outputs that do not fit the snapshot of their feature, and what the failing ones have in common.
package struct SchemaDriftFacts: JSONRecord {
    /// One way in which outputs do not fit, by path.
    package struct Violation: JSONRecord {
        package var path = ""
        /// `missing`, `empty`, a kind of JSON value, …
        package var what = ""
        /// The kinds of value that were usual there.
        package var usual = ""
        package var outputs = 0

        package init() {}

        package static let members: [JSONMember<Violation>] = [
            .init("path", \.path), .init("what", \.what), .init("usual", \.usual), .init("outputs", \.outputs),
        ]
    }

    /// What an output was made with, in the order in which one is believed when several differ alike: the nearest cause first.
    package enum Label: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case prompt = "prompt_version"
        case model, release, version, environment
    }

    /// By which label failing and passing outputs differ.
    package struct Contrast: JSONRecord {
        package var label = Label.prompt
        /// `support-bot v14`, `gpt-4o`.
        package var value = ""
        /// The most frequent value of the passing outputs.
        package var before: String?
        package var failing = 0
        package var of = 0
        package var othersFailing = 0
        package var othersOf = 0
        /// Fisher's exact test.
        package var p = 1.0

        package init() {}

        package static let members: [JSONMember<Contrast>] = [
            .init("by", \.label, isRequired: true), .init("value", \.value, isRequired: true),
            .init("before", \.before), .init("failing", \.failing, isRequired: true),
            .init("of", \.of, isRequired: true), .init("others_failing", \.othersFailing),
            .init("others_of", \.othersOf), .init("p", \.p),
        ]
    }

    /// 0 to 1, of the latest outputs.
    package var failRate = 0.0
    package var checked = 0
    package var failed = 0
    /// Of the samples that the snapshot was learnt from.
    package var baseFailed = 0
    package var baseSamples = 0
    package var p = 1.0
    /// The snapshot's version.
    package var snapshot = 0
    package var violations: [Violation] = []
    /// Paths that the failing outputs have and no sample had: what a key was renamed to.
    package var newKeys: [String] = []
    package var onset: Instant?
    /// The surest of ``contrasts``.
    package var contrast: Contrast?
    /// The surest first, at most six.
    package var contrasts: [Contrast] = []
    /// Nearly all outputs with one version of the prompt fail, hardly any without it.
    package var isPromptContrast = false
    package var promptName: String?
    package var promptVersion: Int?
    package var promptCreatedAt: Instant?
    package var promptMessage: String?
    package var release: String?
    package var releaseBefore: String?
    package var model: String?
    package var modelBefore: String?

    package init() {}

    package static let members: [JSONMember<SchemaDriftFacts>] = [
        .init("fail_rate", \.failRate), .init("checked", \.checked), .init("failed", \.failed),
        .init("base_failed", \.baseFailed), .init("base_samples", \.baseSamples), .init("p", \.p),
        .init("snapshot", \.snapshot), .init("violations", \.violations), .init("new_keys", \.newKeys),
        .init("onset", \.onset), .init("contrast", \.contrast), .init("contrasts", \.contrasts),
        .init("is_prompt_contrast", \.isPromptContrast), .init("prompt_name", \.promptName, writesNull: true),
        .init("prompt_version", \.promptVersion, writesNull: true), .init("prompt_created_at", \.promptCreatedAt),
        .init("prompt_message", \.promptMessage), .init("release", \.release, writesNull: true),
        .init("release_before", \.releaseBefore, writesNull: true), .init("model", \.model, writesNull: true),
        .init("model_before", \.modelBefore, writesNull: true),
    ]
}

/// A score of the last 24 hours that is lower than in the six days before.
package struct ScoreDriftFacts: JSONRecord {
    /// The score's name.
    package var score = ""
    package var mean = 0.0
    package var meanBefore = 0.0
    package var drop = 0.0
    package var scores = 0
    package var scoresBefore = 0
    package var p = 1.0
    package var onset: Instant?

    package init() {}

    package static let members: [JSONMember<ScoreDriftFacts>] = [
        .init("score", \.score), .init("mean", \.mean), .init("mean_before", \.meanBefore), .init("drop", \.drop),
        .init("scores", \.scores), .init("scores_before", \.scoresBefore), .init("p", \.p), .init("onset", \.onset),
    ]
}
