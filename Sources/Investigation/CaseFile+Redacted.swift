package import Basics
import OnCallModel

extension CaseFile {
    /// The same facts without the secrets that people left in messages, titles and diffs.
    package func redacted(by redaction: Redaction) -> CaseFile {
        var file = self
        file.finding.description = redaction.apply(to: finding.description)
        for index in companions.indices {
            file.companions[index].headline = redaction.apply(to: companions[index].headline)
        }
        for index in commits.indices {
            file.commits[index].message = redaction.apply(to: commits[index].message)
            for position in commits[index].files.indices {
                let patch = commits[index].files[position].patch
                file.commits[index].files[position].patch = redaction.apply(to: patch)
            }
        }
        for index in errors.indices { file.errors[index].title = redaction.apply(to: errors[index].title) }
        for index in messages.indices { file.messages[index].text = redaction.apply(to: messages[index].text) }
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
