import OnCallModel

/// The shapes of the documents that the command line prints too (`OnCallModel/Documents`). A test compares them with answers.
extension Schema {
    static let error = Schema.named("Error", .of(["error": .string]))

    static let incident = Schema.named("Incident", incidentFields)

    private static let incidentFields: [Field] = .of([
        "id": .integer, "fingerprint": .string, "type": .choice(of: DetectionType.self),
        "severity": .choice(of: Severity.self), "state": .choice(of: IncidentState.self), "subject": .string,
        "description": .string, "first_seen": .instant, "last_seen": .instant, "occurrences": .integer,
        "cost_per_hour": .number, "cost": .number, "approval": .choice(of: ApprovalMode.self), "reopened": .integer,
        "snoozed_until": .nullable(.instant), "silence": .nullable(.any("id, until and reason of the silence")),
        "inhibited_by": .nullable(.integer), "notified_at": .nullable(.instant), "undelivered": .nullable(.string),
    ])

    static let incidentDetail = Schema.named(
        "IncidentDetail",
        incidentFields
            + .of([
                "members": .integer, "findings": .list(.any("type, subject, description and evidence of a finding")),
                "blame": .list(.any("sha, score and why of a suspect commit")), "report": .string,
                "evidence": .any("The figures of the first finding."), "sql": .string, "gaps": .list(.string),
                "acts": .list(act), "commits": .list(commit), "errors": .list(.any("A Sentry issue.")),
                "messages": .list(.any("A Slack message.")), "graph": .any("nodes and edges"),
                "traces": .list(.any("A trace with its steps.")), "timeline": .list(timelineEntry),
                "similar": .list(.any("A past incident like it, and how it ended.")),
                "notes": .list(.any("id, at, author and text of a note")), "runbooks": .list(.any("name and title")),
            ])
            + .optional([
                "inhibited_why": .string, "no_code_cause": .any("score and why of a cause that is not a commit"),
                "cause": .any("Its kind, the last mark, and how many causes of its kind were right and wrong."),
            ]))

    static let timelineEntry = Schema.named(
        "TimelineEntry", .of(["at": .instant, "author": .string, "event": .string]))

    static let act = Schema.named(
        "Act",
        .of([
            "id": .integer, "kind": .string, "sentence": .string, "state": .choice(of: AttemptState.self),
            "tries": .integer, "detail": .string, "reference": .nullable(.string), "allowed_by": .string,
            "created_at": .instant, "finished_at": .nullable(.instant),
        ]))

    static let approval = Schema.named(
        "Approval",
        .of([
            "id": .integer, "incident": .nullable(.integer), "action": .string, "sentence": .string,
            "type": .nullable(.choice(of: DetectionType.self)), "severity": .choice(of: Severity.self),
            "status": .choice(of: ApprovalStatus.self), "summary": .string, "fingerprint": .string,
            "dry_run": .list(.string), "created_at": .instant, "expires_at": .instant,
            "resolved_at": .nullable(.instant), "resolved_by": .nullable(.string), "approvers": .integer,
            "approved_by": .list(.string), "act": .nullable(act),
        ]))

    static let loop = Schema.named(
        "Loop",
        .of([
            "id": .integer, "trace": .string, "agent": .string, "generations": .integer, "cost": .number,
            "cost_per_minute": .number, "pattern": .string, "status": .choice(of: LoopItem.Status.self),
            "kill_method": .nullable(.string), "incident": .nullable(.integer), "request": .nullable(.integer),
            "first_seen": .instant, "last_seen": .instant, "as_of": .instant,
        ]))

    static let commit = Schema.named(
        "Commit",
        .of([
            "sha": .string, "title": .string, "author": .string, "date": .instant, "url": .string,
            "files": .list(.string),
        ]))

    static let feature = Schema.named("Feature", featureFields)

    private static let featureFields: [Field] = .of([
        "feature": .string, "state": .choice(of: FeatureSnapshot.State.self), "version": .integer, "samples": .integer,
        "captured_at": .instant, "looked_at": .nullable(.instant), "newest_output": .nullable(.instant),
        "checked": .integer, "failed": .integer, "fail_rate": .nullable(.number), "accepted_by": .nullable(.string),
        "required": .list(.string), "optional": .list(.string),
    ])

    static let featureDetail = Schema.named(
        "FeatureDetail",
        featureFields
            + .of([
                "profile": .any("How often each key was there, and its types."),
                "candidate": .any("The profile of the outputs that do not match; null if there are none."),
                "versions": .list(.any("An earlier snapshot.")),
            ]))

    static let drift = Schema.named(
        "Drift",
        .of([
            "id": .integer, "feature": .string, "at": .instant, "kind": .choice(of: DriftEvent.Kind.self),
            "severity": .choice(of: Severity.self), "fail_rate": .nullable(.number), "blame_sha": .nullable(.string),
            "blame_message": .nullable(.string), "details": .any("The figures of the change."),
            "incident": .nullable(.integer),
        ]))

    private static let digestFields: [Field] = .of([
        "week": .string, "zone": .string, "from": .instant, "until": .instant, "made_at": .instant, "final": .boolean,
        "summary": .string, "gaps": .list(.string), "notes": .list(.string),
    ])

    static let listedDigest = Schema.named("ListedDigest", digestFields)

    static let digest = Schema.named(
        "Digest", digestFields + .of(["markdown": .string, "facts": .any("The figures that it was written from.")]))

    static let source = Schema.named(
        "Source",
        .of(["state": .choice(of: SourceHealth.State.self), "as_of": .nullable(.instant), "calls": .integer])
            + .optional(["message": .string]))

    static let detector = Schema.named(
        "Detector", .of(["state": .choice(of: DetectorHealth.State.self), "message": .string, "as_of": .instant]))

    static let outsideAlert = Schema.named(
        "OutsideAlert",
        .of([
            "source": .choice(of: OutsideAlert.Source.self), "key": .string, "title": .string,
            "severity": .choice(of: Severity.self), "labels": .map(.string), "starts_at": .instant,
            "ends_at": .nullable(.instant), "reported_at": .instant,
        ]))
}
