import Basics
import OnCallModel

extension Finding {
    /// The object that the store keeps and a scan prints, by its names.
    var evidence: JSONValue { facts.json }
}
