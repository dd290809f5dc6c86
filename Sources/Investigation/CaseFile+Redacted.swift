package import Basics
import OnCallModel

extension CaseFile {
    /// The same facts without secrets in messages, titles and diffs.
    package func redacted(by redaction: Redaction) -> CaseFile {
        func redact(_ text: inout String) { text = redaction.apply(to: text) }
        var file = self
        redact(&file.finding.description)
        for index in companions.indices { redact(&file.companions[index].headline) }
        for index in commits.indices {
            redact(&file.commits[index].message)
            for place in commits[index].files.indices { redact(&file.commits[index].files[place].patch) }
        }
        for index in errors.indices { redact(&file.errors[index].title) }
        for index in messages.indices { redact(&file.messages[index].text) }
        for index in alerts.indices { redact(&file.alerts[index].title) }
        file.gaps = gaps.map(redaction.apply)
        return file
    }
}

extension Suspect {
    func redacted(by redaction: Redaction) -> Suspect {
        var suspect = self
        suspect.title = redaction.apply(to: title)
        suspect.why = why.map(redaction.apply)
        return suspect
    }
}
